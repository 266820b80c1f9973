/** The queue of what was done: putting in, settling answers, deciding conflicts. Nothing leaves without an answer. */
import type { Day, Elsewhere, Fields, Operation, OperationType, Order, Result } from './contract'
import type { FieldStore, Photo, Queued } from './store'

export interface Tools { id: () => string, now: () => Date }

const STEPS: OperationType[] = ['order.travel', 'order.start', 'order.pause', 'order.resume', 'order.no_access', 'order.complete']

/** Keep an operation until the server has answered it; a step that waits already is not taken a second time. */
export async function enqueue(
  store: FieldStore, tools: Tools, order: Pick<Order, 'id' | 'version'>, type: OperationType, payload: Record<string, unknown> = {},
): Promise<Operation> {
  const operation: Operation = {
    id: tools.id(), type, order_id: order.id, base_version: order.version, payload, made_at: tools.now().toISOString(), author: store.owner,
  }
  return store.transaction('rw', store.queue, async () => {
    const last = STEPS.includes(type) ? await lastStep(store, order.id) : undefined
    if (last?.type === type && last.state === 'waiting') return asSent(last)
    await store.queue.add({ ...operation, state: 'waiting' } as Queued)
    return operation
  })
}

async function lastStep(store: FieldStore, orderId: string): Promise<Queued | undefined> {
  const all = await store.queue.where({ order_id: orderId }).sortBy('seq')
  return all.filter(({ type }) => STEPS.includes(type)).at(-1)
}

/** What is sent next, in the order it was done; an order with an open conflict keeps its later text changes back. */
export async function nextBatch(store: FieldStore, limit = 100): Promise<Queued[]> {
  const all = await store.queue.orderBy('seq').toArray()
  const blocked = new Set(all.filter(({ state }) => state === 'conflict').map(({ order_id }) => order_id))
  return all
    .filter(({ state, order_id, type }) => state === 'waiting' && !(blocked.has(order_id) && isVersioned(type)))
    .slice(0, limit)
}

export function isVersioned(type: OperationType): boolean {
  return type === 'order.change' || type === 'order.complete'
}

/** The operation as the server wants it, without what only the tablet knows. */
export function asSent({ id, type, order_id, base_version, payload, made_at, author }: Queued): Operation {
  return { id, type, order_id, base_version, payload, made_at, ...(author === undefined ? {} : { author }) }
}

/** Settle the answers of one batch; an operation without an answer stays. Returns how many were settled. */
export async function settle(store: FieldStore, sent: Queued[], results: Result[]): Promise<number> {
  const answers = new Map(results.map((result) => [result.id, result]))
  let settled = 0
  await store.transaction('rw', store.queue, store.sent, async () => {
    for (const operation of sent) {
      const result = answers.get(operation.id)
      if (!result) continue
      settled += 1
      await settleOne(store, operation, result)
    }
  })
  return settled
}

async function settleOne(store: FieldStore, operation: Queued, result: Result): Promise<void> {
  if (result.status === 'accepted' || result.status === 'duplicate') {
    // The version is not taken from the answer: it may hold changes nobody here has seen yet.
    await store.queue.delete(operation.seq)
    await store.sent.put({ ...asSent(operation), ...(result.warning ? { warning: result.warning, about: result.about ?? '' } : {}) })
  } else if (result.status === 'conflict') {
    await store.queue.update(operation.seq, {
      state: 'conflict', ...(result.current ? { current: result.current } : {}),
      conflicting_fields: result.conflicting_fields ?? Object.keys(textsOf(operation)),
    })
  } else {
    await store.queue.update(operation.seq, { state: 'refused', code: result.code ?? 'refused', message: result.message ?? '' })
  }
}

/** The texts an operation wants to change. */
export function textsOf(operation: Operation): Fields {
  if (operation.type === 'order.change') return (operation.payload.fields ?? {}) as Fields
  if (operation.type !== 'order.complete') return {}
  const { diagnosis, work_done } = operation.payload as Fields
  return { ...(diagnosis === undefined ? {} : { diagnosis }), ...(work_done === undefined ? {} : { work_done }) }
}

export type Pick1 = 'mine' | 'theirs'

/** Decide a conflict field by field: the decision is a new operation on the state of the server. */
export async function decide(store: FieldStore, tools: Tools, operation: Queued, picks: Record<string, Pick1>): Promise<void> {
  const current = operation.current
  if (!current) return
  const kept = Object.fromEntries(
    Object.entries(textsOf(operation)).filter(([name]) => picks[name] !== 'theirs'),
  ) as Fields
  await store.transaction('rw', store.queue, store.orders, async () => {
    await store.queue.delete(operation.seq)
    await store.orders.update(operation.order_id, { version: current.version, fields: current.fields })
    const order = { id: operation.order_id, version: current.version }
    if (operation.type === 'order.complete') {
      const { diagnosis: _d, work_done: _w, ...rest } = operation.payload
      await enqueue(store, tools, order, 'order.complete', { ...rest, ...kept })
    } else if (Object.keys(kept).length) {
      await enqueue(store, tools, order, 'order.change', { fields: kept })
    }
  })
}

/** The technician has read what the server found odd. */
export async function hasSeen(store: FieldStore, operation: Operation): Promise<void> {
  const { warning: _seen, ...rest } = operation
  await store.sent.put(rest)
}

/** A line of material as people read it: 1,5 m Pipe. */
export function materialOf({ quantity, unit, label }: Operation['payload']): string {
  return [String(quantity ?? '').replace('.', ','), unit, label].filter(Boolean).join(' ')
}

/** Everything a person noted in an operation, to be read when it is refused. */
export function writtenIn(operation: Operation): string {
  const { text, minutes, value, override_reason, proposed_slot, material } = operation.payload
  const amounts = operation.type === 'order.hours' ? `${minutes} min` : materialOf(operation.payload)
  const index = operation.type === 'order.reading' ? value : ''
  return [text, amounts, index, override_reason, proposed_slot, material, ...Object.values(textsOf(operation))].filter(Boolean).join('\n')
}

/** Let the office read a refused text all the same: as a note, at the time at which it was written. */
export async function sendAsNote(store: FieldStore, tools: Tools, operation: Queued): Promise<void> {
  const { order_id, base_version, made_at } = operation
  const payload = { note_id: tools.id(), text: writtenIn(operation) }
  const note: Operation = { id: tools.id(), type: 'order.note', order_id, base_version, payload, made_at, author: store.owner }
  await store.transaction('rw', store.queue, async () => {
    await store.queue.delete(operation.seq)
    await store.queue.add({ ...note, state: 'waiting' } as Queued)
  })
}

/** Give up an operation the server refused; the person has seen why. */
export async function discard(store: FieldStore, operation: Queued): Promise<void> {
  await store.transaction('rw', store.queue, store.photos, async () => {
    await store.queue.delete(operation.seq)
    if (operation.type === 'order.photo') await store.photos.delete(String(operation.payload.photo_id))
  })
}

/** Send a photo once more that the server refused. */
export async function tryAgain(store: FieldStore, photo: Photo): Promise<void> {
  await store.photos.update(photo.id, { state: 'waiting' })
}

/** Give up a photo the server refused. */
export async function discardPhoto(store: FieldStore, photo: Photo): Promise<void> {
  await store.photos.delete(photo.id)
}

const SHOWN_AFTER_MS = 18 * 3600 * 1000

/**
 * Replace the local days by those of the server. Orders with unsent work stay even when they left the list, and what
 * was finished today stays to be seen.
 */
export async function takeDay(store: FieldStore, day: Day): Promise<void> {
  const { orders, queue, photos, sent, settings } = store
  await store.transaction('rw', [orders, queue, photos, sent, settings], async () => {
    const busy = await heldOrders(store)
    const present = new Set(day.orders.map(({ id }) => id))
    const finished = await finishedToday(store, Date.parse(day.generated_at))
    const gone = (await store.orders.toCollection().primaryKeys()).filter((id) => !present.has(id))
    const forgotten = gone.filter((id) => !finished.has(id) && !busy.has(id))
    await store.orders.bulkDelete(forgotten)
    await store.orders.where('id').anyOf(gone.filter((id) => finished.has(id))).modify(finish)
    await store.orders.where('id').anyOf(gone.filter((id) => !finished.has(id))).modify((order) => leave(order, day.elsewhere ?? []))
    await store.sent.where('order_id').anyOf(forgotten).delete()
    await store.orders.bulkPut(day.orders)
    await store.set('technician', day.technician)
    await store.set('lookups', day.lookups ?? {})
    await store.set('generated_at', day.generated_at)
    if (day.csrf_token) await store.set('csrf_token', day.csrf_token)
  })
}

/** The orders something of which is not sent yet, or was not taken. */
export async function heldOrders(store: FieldStore): Promise<Set<string>> {
  const [operations, photos] = await Promise.all([store.queue.toArray(), store.photos.toArray()])
  return new Set([...operations, ...photos].map(({ order_id }) => order_id))
}

/** An order that was finished here stays to be seen, without the codes of its door; opened again it brings them along. */
function finish(order: Order): void {
  order.status = 'complete'
  forgetCodes(order)
}

/** What the server says of an order that left the list; the codes of the door leave with it. */
function leave(order: Order, told: Elsewhere[]): void {
  const known = told.find(({ id }) => id === order.id)
  order.elsewhere = known ?? { id: order.id, is_yours: false, text: '' }
  order.status = known?.status ?? order.status
  forgetCodes(order)
}

function forgetCodes({ access }: Order): void {
  if (access) access.codes = []
}

async function finishedToday(store: FieldStore, now: number): Promise<Set<string>> {
  const ends = await store.sent.filter(({ type, made_at }) =>
    ['order.complete', 'order.no_access'].includes(type) && now - Date.parse(made_at) < SHOWN_AFTER_MS).toArray()
  return new Set(ends.map(({ order_id }) => order_id))
}
