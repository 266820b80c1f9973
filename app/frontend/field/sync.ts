/** Sends what waits and reads the day, whenever there is a chance; never loses, never sends twice to effect. */
import type { Day, Result, Technician } from './contract'
import { asSent, heldOrders, nextBatch, settle, takeDay } from './queue'
import { announcedPhotos, type FieldStore, type Photo, type Queued } from './store'

export interface Addresses { day: string, operations: string, photo: string }
export type Outcome = 'done' | 'offline' | 'signed_out' | 'other_person' | 'later'

/** What is kept for who is here, and how another's is opened or all of it closed. */
export interface Keeper { readonly store: FieldStore | undefined, take(person: Technician): Promise<void>, seal(): Promise<void> }

export class Sync {
  /** How far the clock of this device is behind that of the server, in milliseconds, as the last answer told. */
  behind = 0
  private readonly send: typeof fetch
  private running: Promise<Outcome> | undefined

  constructor(
    private readonly keeper: Keeper,
    private readonly addresses: Addresses,
    private readonly newId: () => string,
    send: typeof fetch = (...request) => fetch(...request),
    private readonly now: () => Date = () => new Date(),
  ) {
    this.send = async (...request) => {
      const response = await send(...request)
      const told = Date.parse(response.headers.get('Date') ?? '')
      if (!Number.isNaN(told)) this.behind = told - this.now().getTime()
      return response
    }
  }

  /** Send everything and read the day; a second call while one runs waits for the same. */
  run(): Promise<Outcome> {
    this.running ??= this.once().finally(() => { this.running = undefined })
    return this.running
  }

  private async once(): Promise<Outcome> {
    try {
      const first = await this.readDay(true)
      // Somebody else signed in: their own day is open now, and asks after what it holds itself.
      const mine = first === 'other_person' ? await this.readDay(true) : first
      const { store } = this.keeper
      if (mine !== 'done' || !store || !(await hasUnsent(store))) return mine
      const sent = await this.sendOperations(store)
      if (sent !== 'done') return sent
      // What was taken is shown before the photos leave, which a weak network may hold up for hours.
      const read = await this.readDay(false)
      if (read === 'other_person') return await this.once()
      return read === 'done' ? await this.sendPhotos(store) : read
    } catch (error) {
      // fetch rejects with a TypeError when there is no network; anything else is a fault to see.
      if (error instanceof TypeError) return 'offline'
      throw error
    }
  }

  /** Read the day; with `onlyPerson` only make sure whose device this is and take a fresh token. */
  private async readDay(onlyPerson: boolean): Promise<Outcome> {
    const { store } = this.keeper
    const response = await this.send(await dayAddress(this.addresses.day, store), { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
    if (hasNoEntry(response)) {
      await this.keeper.seal()
      return 'signed_out'
    }
    if (!response.ok) return 'later'
    const day = (await response.json()) as Day
    if (store?.owner !== day.technician.id) {
      await this.keeper.take(day.technician)
      return 'other_person'
    }
    // They signed out while it was read: nothing of the day comes back.
    if (this.keeper.store !== store) return 'signed_out'
    if (onlyPerson) {
      if (day.csrf_token) await store.set('csrf_token', day.csrf_token)
      if (await store.queue.where({ state: 'waiting' }).count()) return 'done'
    }
    await takeDay(store, day)
    return 'done'
  }

  private async sendOperations(store: FieldStore): Promise<Outcome> {
    for (;;) {
      const batch = await nextBatch(store)
      if (!batch.length) return 'done'
      const outcome = await this.sendBatch(store, batch)
      if (outcome !== 'done') return outcome
    }
  }

  private async sendBatch(store: FieldStore, batch: Queued[]): Promise<Outcome> {
    const response = await this.send(this.addresses.operations, {
      method: 'POST', credentials: 'same-origin',
      headers: { ...(await headers(store)), 'Content-Type': 'application/json', 'Idempotency-Key': this.newId() },
      body: JSON.stringify({ device_id: await this.deviceId(store), sent_at: this.now().toISOString(), operations: batch.map((one) => ({ ...asSent(one), author: one.author ?? store.owner })) }),
    })
    if (hasNoEntry(response)) return 'signed_out'
    if (response.ok) {
      const { results } = (await response.json()) as { results: Result[] }
      // Somebody else signed in meanwhile: it waits for its author, as if it had not been answered.
      const own = results.filter(({ code }) => code !== WRONG_AUTHOR)
      return (await settle(store, batch, own)) && own.length === results.length ? 'done' : 'later'
    }
    return this.isolate(store, batch, response)
  }

  /** A batch refused as a whole is sent piece by piece, so that one bad operation holds up no other. */
  private async isolate(store: FieldStore, batch: Queued[], response: Response): Promise<Outcome> {
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) return 'later'
    const [first] = batch
    if (batch.length === 1 && first) {
      const problem = (await response.json().catch(() => ({}))) as { code?: string, title?: string }
      // The proof was that of another session: the next reading of the day brings a fresh one.
      if (problem.code === 'csrf_refused') return 'later'
      await settle(store, batch, [{
        id: first.id, status: 'refused', code: problem.code ?? String(response.status), message: problem.title ?? '',
      }])
      return 'done'
    }
    for (const operation of batch) {
      const outcome = await this.sendBatch(store, [operation])
      if (outcome !== 'done') return outcome
    }
    return 'done'
  }

  private async sendPhotos(store: FieldStore): Promise<Outcome> {
    for (const photo of await announcedPhotos(store)) {
      if (photo.state !== 'waiting') continue
      const outcome = await this.sendPhoto(store, photo)
      if (outcome !== 'done') return outcome
    }
    return 'done'
  }

  private async sendPhoto(store: FieldStore, photo: Photo): Promise<Outcome> {
    const response = await this.send(this.addresses.photo.replace('PHOTO_ID', photo.id), {
      method: 'PUT', credentials: 'same-origin', body: photo.blob,
      headers: { ...(await headers(store)), 'Content-Type': 'image/jpeg', 'X-Order-Id': photo.order_id, 'X-Author-Id': store.owner },
    })
    if (hasNoEntry(response)) return 'signed_out'
    if (response.ok) {
      await store.photos.delete(photo.id)
      return 'done'
    }
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) return 'later'
    const problem = (await response.json().catch(() => ({}))) as { code?: string, title?: string }
    if (problem.code === 'csrf_refused') return 'later'
    await store.photos.update(photo.id, { state: 'refused', message: problem.title ?? String(response.status) })
    return 'done'
  }

  private async deviceId(store: FieldStore): Promise<string> {
    const known = await store.get<string>('device_id')
    if (known) return known
    const made = this.newId()
    await store.set('device_id', made)
    return made
  }
}

const WRONG_AUTHOR = 'wrong_author'

/** Whether who is signed in here may not come in, or nobody is. */
function hasNoEntry({ status, redirected }: Response): boolean {
  return status === 401 || status === 403 || redirected
}

/** Where the day is read: it also asks after the orders that something here waits for. */
async function dayAddress(address: string, store: FieldStore | undefined): Promise<string> {
  const held = new URLSearchParams([...(store ? await heldOrders(store) : [])].slice(0, 100).map((id) => ['held', id]))
  return held.size ? `${address}?${held}` : address
}

async function headers(store: FieldStore): Promise<Record<string, string>> {
  return { Accept: 'application/json', 'X-CSRF-Token': (await store.get<string>('csrf_token')) ?? '' }
}

/** Tell whether something could be sent now. */
export async function hasUnsent(store: FieldStore): Promise<boolean> {
  const [operations, photos] = await Promise.all([
    store.queue.where({ state: 'waiting' }).count(), store.photos.where({ state: 'waiting' }).count(),
  ])
  return operations + photos > 0
}

/** Call `run` at start, when the network returns, when the page is seen again, and every minute while something waits. */
export function watch(run: () => void, hasWork: () => Promise<boolean>): void {
  window.addEventListener('online', run)
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') run() })
  window.setInterval(() => { void hasWork().then((yes) => { if (yes) run() }) }, 60_000)
  run()
}
