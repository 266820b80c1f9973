// @vitest-environment happy-dom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Desk } from './actions'
import type { Order } from './contract'
import { problemCards, problemView } from './problems'
import { announcedPhotos, countUnsent, FieldStore, type Queued, total } from './store'

const order: Order = { id: 'o1', version: 1, number: 'WO-1', title: 'Leak', status: 'planned', location: {}, fields: {} }
const report: Omit<Queued, 'seq'> = {
  id: 'r', type: 'order.complete', order_id: 'o1', base_version: 1, payload: { work_done: 'Valve replaced' },
  made_at: '2026-03-02T08:00:00Z', state: 'refused', code: 'order_closed', message: 'Cancelled.',
}
let store: FieldStore
const changed = vi.fn()

beforeEach(async () => {
  document.body.replaceChildren()
  store = new FieldStore(`problems-${Math.random()}`, 'ilse')
  await store.orders.put(order)
  await store.set('technician', { id: 'ilse', name: 'Ilse Claes', locale: 'nl' })
})
afterEach(() => store.delete())

const press = (within: ParentNode, name: string): void =>
  [...within.querySelectorAll('button')].find(({ textContent }) => textContent === name)?.click()

async function question(): Promise<HTMLElement> {
  const desk: Desk = { store, tools: { id: () => 'x', now: () => new Date() }, lookups: {}, sent: [], changed }
  const cards = problemCards(desk, await store.queue.toArray(), await store.photos.toArray(), () => 'WO-1')
  press(cards[0]!, 'Discard')
  return vi.waitFor(() => {
    const dialog = document.querySelector<HTMLElement>('dialog')
    expect(dialog).not.toBeNull()
    return dialog!
  })
}

it('a report is discarded only after a question that names whose and what', async () => {
  await store.queue.add({ ...report } as Queued)
  const dialog = await question()
  for (const text of ['Complete · WO-1 · Leak', 'Work of Ilse Claes.', 'Valve replaced']) expect(dialog.textContent).toContain(text)
  expect(await store.queue.count()).toBe(1)
  press(dialog, 'Discard')
  await vi.waitFor(async () => expect(await store.queue.count()).toBe(0))
  await vi.waitFor(() => expect(changed).toHaveBeenCalled())
})

it('a mistaken tap loses nothing', async () => {
  await store.photos.add({ id: 'p', order_id: 'o1', blob: new Blob(['x']), taken_at: report.made_at, state: 'refused', message: 'Too large.' })
  const dialog = await question()
  expect(dialog.textContent).toContain('Photo · WO-1 · Leak')
  press(dialog, 'Back')
  await vi.waitFor(() => expect(document.querySelector('dialog')).toBeNull())
  expect(await store.photos.count()).toBe(1)
})

it('the list of what waits is as long as the counter says, a photo in it once', async () => {
  const waits = (id: string, type: Queued['type'], payload = {}): Queued => ({ ...report, id, type, payload, state: 'waiting' } as Queued)
  await store.queue.bulkAdd([waits('a', 'order.start'), waits('b', 'order.photo', { photo_id: 'p' }), waits('c', 'order.note')])
  for (const id of ['p', 'announced']) await store.photos.add({ id, order_id: 'o1', blob: new Blob(['x']), taken_at: report.made_at, state: 'waiting' })
  const desk: Desk = { store, tools: { id: () => 'x', now: () => new Date() }, lookups: {}, sent: [], changed }
  const page = problemView(desk, [order], await store.queue.toArray(), await announcedPhotos(store))
  expect(page.querySelectorAll('li')).toHaveLength(4)
  expect(total(await countUnsent(store))).toBe(4)
})
