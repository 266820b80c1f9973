/** Sends what waits and reads the day, whenever there is a chance; never loses, never sends twice to effect. */
import type { Day, Result } from './contract'
import { asSent, belongsTo, heldOrders, nextBatch, settle, takeDay, wipe } from './queue'
import { announcedPhotos, type FieldStore, type Photo, type Queued } from './store'

export interface Addresses { day: string, operations: string, photo: string }
export type Outcome = 'done' | 'offline' | 'signed_out' | 'other_person' | 'later'

export class Sync {
  private running: Promise<Outcome> | undefined

  constructor(
    private readonly store: FieldStore,
    private readonly addresses: Addresses,
    private readonly newId: () => string,
    private readonly send: typeof fetch = (...request) => fetch(...request),
  ) {}

  /** Send everything and read the day; a second call while one runs waits for the same. */
  run(): Promise<Outcome> {
    this.running ??= this.once().finally(() => { this.running = undefined })
    return this.running
  }

  private async once(): Promise<Outcome> {
    try {
      const mine = await this.readDay(true)
      if (mine !== 'done') return mine
      if (!(await hasUnsent(this.store))) return 'done'
      const sent = await this.sendOperations()
      if (sent !== 'done') return sent
      // What was taken is shown before the photos leave, which a weak network may hold up for hours.
      const read = await this.readDay(false)
      return read === 'done' ? await this.sendPhotos() : read
    } catch (error) {
      // fetch rejects with a TypeError when there is no network; anything else is a fault to see.
      if (error instanceof TypeError) return 'offline'
      throw error
    }
  }

  /** Read the day; with `onlyPerson` only make sure whose device this is and take a fresh token. */
  private async readDay(onlyPerson: boolean): Promise<Outcome> {
    const response = await this.send(await this.dayAddress(), { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
    if (response.status === 401 || response.status === 403 || response.redirected) return 'signed_out'
    if (!response.ok) return 'later'
    const day = (await response.json()) as Day
    if (!(await belongsTo(this.store, day.technician.id)) && !(await wipe(this.store))) return 'other_person'
    if (onlyPerson) {
      if (day.csrf_token) await this.store.set('csrf_token', day.csrf_token)
      if (await this.store.queue.where({ state: 'waiting' }).count()) return 'done'
    }
    await takeDay(this.store, day)
    return 'done'
  }

  /** Where the day is read: it also asks after the orders that something here waits for. */
  private async dayAddress(): Promise<string> {
    const held = new URLSearchParams([...(await heldOrders(this.store))].slice(0, 100).map((id) => ['held', id]))
    return held.size ? `${this.addresses.day}?${held}` : this.addresses.day
  }

  private async sendOperations(): Promise<Outcome> {
    for (;;) {
      const batch = await nextBatch(this.store)
      if (!batch.length) return 'done'
      const outcome = await this.sendBatch(batch)
      if (outcome !== 'done') return outcome
    }
  }

  private async sendBatch(batch: Queued[]): Promise<Outcome> {
    const response = await this.send(this.addresses.operations, {
      method: 'POST', credentials: 'same-origin',
      headers: { ...(await this.headers()), 'Content-Type': 'application/json', 'Idempotency-Key': this.newId() },
      body: JSON.stringify({ device_id: await this.deviceId(), operations: batch.map(asSent) }),
    })
    if (response.status === 401 || response.status === 403 || response.redirected) return 'signed_out'
    if (response.ok) {
      const { results } = (await response.json()) as { results: Result[] }
      return (await settle(this.store, batch, results)) ? 'done' : 'later'
    }
    return this.isolate(batch, response)
  }

  /** A batch refused as a whole is sent piece by piece, so that one bad operation holds up no other. */
  private async isolate(batch: Queued[], response: Response): Promise<Outcome> {
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) return 'later'
    const [first] = batch
    if (batch.length === 1 && first) {
      const problem = (await response.json().catch(() => ({}))) as { code?: string, title?: string }
      await settle(this.store, batch, [{
        id: first.id, status: 'refused', code: problem.code ?? String(response.status), message: problem.title ?? '',
      }])
      return 'done'
    }
    for (const operation of batch) {
      const outcome = await this.sendBatch([operation])
      if (outcome !== 'done') return outcome
    }
    return 'done'
  }

  private async sendPhotos(): Promise<Outcome> {
    for (const photo of await announcedPhotos(this.store)) {
      if (photo.state !== 'waiting') continue
      const outcome = await this.sendPhoto(photo)
      if (outcome !== 'done') return outcome
    }
    return 'done'
  }

  private async sendPhoto(photo: Photo): Promise<Outcome> {
    const response = await this.send(this.addresses.photo.replace('PHOTO_ID', photo.id), {
      method: 'PUT', credentials: 'same-origin', body: photo.blob,
      headers: { ...(await this.headers()), 'Content-Type': 'image/jpeg', 'X-Order-Id': photo.order_id },
    })
    if (response.status === 401 || response.status === 403 || response.redirected) return 'signed_out'
    if (response.ok) {
      await this.store.photos.delete(photo.id)
      return 'done'
    }
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) return 'later'
    const problem = (await response.json().catch(() => ({}))) as { title?: string }
    await this.store.photos.update(photo.id, { state: 'refused', message: problem.title ?? String(response.status) })
    return 'done'
  }

  private async headers(): Promise<Record<string, string>> {
    return { Accept: 'application/json', 'X-CSRF-Token': (await this.store.get<string>('csrf_token')) ?? '' }
  }

  private async deviceId(): Promise<string> {
    const known = await this.store.get<string>('device_id')
    if (known) return known
    const made = this.newId()
    await this.store.set('device_id', made)
    return made
  }
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
