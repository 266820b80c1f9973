/** What leaves the tablet with a person: the day at once; what they began when they sign out; never what is unsent. */
import { Dexie } from 'dexie'
import type { Order } from './contract'
import { heldOrders } from './queue'
import type { FieldStore } from './store'

const DRAFT = 'draft:'
/** Say nothing of the day: whose database it is, and the name of the device. */
const KEPT = ['technician', 'device_id']

/** Forget the day; of an order with unsent work only what names it stays. */
export async function forgetDay(store: FieldStore, isLeaving: boolean): Promise<void> {
  const { orders, queue, photos, sent, settings } = store
  await store.transaction('rw', [orders, queue, photos, sent, settings], async () => {
    const held = await heldOrders(store)
    await orders.filter(({ id }) => !held.has(id)).delete()
    await orders.bulkPut((await orders.toArray()).map(named))
    await settings.filter(({ key }) => !KEPT.includes(key) && (isLeaving || !key.startsWith(DRAFT))).delete()
    // Until they sign in again who lost the session sees on no page what was noted, but notes nothing twice.
    if (isLeaving) await sent.clear()
  })
}

function named({ id, number, version, title, status, fields, elsewhere }: Order): Order {
  return { id, number, version, title, status, location: {}, fields, ...(elsewhere ? { elsewhere } : {}) }
}

/** How many forms were begun and not saved. */
export async function countDrafts(store: FieldStore): Promise<number> {
  const drafts = await store.settings.filter(({ key }) => key.startsWith(DRAFT)).toArray()
  return drafts.filter(({ value }) => hasText(value)).length
}

function hasText(value: unknown): boolean {
  return typeof value === 'object' && value ? Object.values(value).some(hasText) : Boolean(value)
}

/** Erase a database whole, whichever page still has it open. */
export async function erase(database: string): Promise<void> {
  await Dexie.delete(database)
}
