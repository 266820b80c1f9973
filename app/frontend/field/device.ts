/** A tablet may be shared: each account has a database of its own, and only that of who is here is open. */
import { Dexie } from 'dexie'
import { type Account, readBook, writeBook } from '../shared/field_book'
import type { Technician } from './contract'
import { erase, forgetDay } from './leaving'
import { countUnsent, FieldStore, total } from './store'

/** The one database of a tablet of before: it belongs to whoever its day was made for. */
const OLD = 'intendant-field'
const KEPT_DAYS = 14

export class Device {
  /** What is kept for who is here; nothing when nobody is. */
  store: FieldStore | undefined

  constructor(private readonly book: Storage, private readonly now: () => Date = () => new Date()) {}

  /** Open the day of who was here last; whether they still are is for the server to say. */
  async start(): Promise<void> {
    await this.claimOld()
    await this.forgetOthers()
    const here = readBook(this.book).find(({ is_here }) => is_here)
    if (here) this.store = new FieldStore(here.database, here.id)
  }

  /** Open what is kept for a person, after closing what is another's. */
  async take(person: Technician): Promise<void> {
    if (this.store?.owner === person.id) return
    await this.seal()
    const known = this.others().find(({ id }) => id === person.id)
    const account = {
      database: `${OLD}-${person.id}`, unsent: 0, ...known,
      id: person.id, account_id: person.account_id ?? '', name: person.name, is_here: true,
    }
    this.write(account)
    this.store = new FieldStore(account.database, account.id)
  }

  /** Close what is kept: the day is forgotten, unsent work waits for its author. Who leaves also erases what was begun. */
  async seal(isLeaving = false): Promise<void> {
    const { store } = this
    const account = this.here()
    this.store = undefined
    if (!store || !account) return
    await forgetDay(store, isLeaving)
    const unsent = total(await countUnsent(store))
    if (isLeaving && !unsent) {
      store.close()
      return this.forget(account)
    }
    this.write({ ...account, is_here: false, unsent, left_at: this.now().toISOString() })
  }

  /** Keep count of what waits, for the pages that do not open the databases. */
  async count(): Promise<void> {
    const account = this.here()
    if (!this.store || !account) return
    const [unsent, person] = await Promise.all([countUnsent(this.store), this.store.get<Technician>('technician')])
    if (this.here()) this.write({ ...account, account_id: person?.account_id ?? account.account_id, unsent: total(unsent) })
  }

  here(): Account | undefined {
    return readBook(this.book).find(({ id }) => id === this.store?.owner)
  }

  /** Everybody else something is kept for. */
  others(): Account[] {
    return readBook(this.book).filter(({ id }) => id !== this.store?.owner)
  }

  private write(account: Account): void {
    writeBook(this.book, [...readBook(this.book).filter(({ id }) => id !== account.id), account])
  }

  private async forget({ id, database }: Account): Promise<void> {
    await erase(database)
    writeBook(this.book, readBook(this.book).filter((one) => one.id !== id))
  }

  private async claimOld(): Promise<void> {
    if (readBook(this.book).some(({ database }) => database === OLD) || !(await Dexie.exists(OLD))) return
    const store = new FieldStore(OLD)
    const owner = await store.get<Technician>('technician')
    const unsent = total(await countUnsent(store))
    store.close()
    const is_here = !readBook(this.book).some((account) => account.is_here)
    if (owner) this.write({ id: owner.id, account_id: owner.account_id ?? '', name: owner.name, database: OLD, unsent, is_here })
    else if (!unsent) await erase(OLD)
  }

  /** What somebody began and never came back for does not stay for good; unsent work does. */
  private async forgetOthers(): Promise<void> {
    const since = this.now().getTime() - KEPT_DAYS * 24 * 3600 * 1000
    for (const account of readBook(this.book)) {
      const hasLeft = !account.is_here && Date.parse(account.left_at ?? '') < since
      if (hasLeft && !account.unsent) await this.forget(account)
    }
  }
}
