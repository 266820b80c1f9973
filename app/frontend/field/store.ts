/** What the tablet keeps: the coming days, what waits to be sent, the photos, a few settings. */
import { Dexie, type EntityTable } from 'dexie'
import type { Current, Operation, Order } from './contract'

export interface Queued extends Operation {
  /** Place in the queue, given by the database. */
  seq: number
  state: 'waiting' | 'conflict' | 'refused'
  current?: Current
  conflicting_fields?: string[]
  code?: string
  message?: string
}

export interface Photo {
  id: string
  order_id: string
  blob: Blob
  taken_at: string
  state: 'waiting' | 'refused'
  message?: string
}

export interface Setting { key: string, value: unknown }

export class FieldStore extends Dexie {
  declare orders: EntityTable<Order, 'id'>
  declare queue: EntityTable<Queued, 'seq'>
  declare photos: EntityTable<Photo, 'id'>
  /** What the server accepted, kept so that the technician still sees the own work of the day. */
  declare sent: EntityTable<Operation, 'id'>
  declare settings: EntityTable<Setting, 'key'>

  /** `owner` made everything in it, as the day names them. */
  constructor(name: string, readonly owner = '') {
    super(name)
    this.version(1).stores({ orders: 'id', queue: '++seq, &id, order_id, state', photos: 'id, order_id, state', sent: 'id, order_id', settings: 'key' })
  }

  async get<T>(key: string): Promise<T | undefined> {
    return (await this.settings.get(key))?.value as T | undefined
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.settings.put({ key, value })
  }

  async remove(key: string): Promise<void> {
    await this.settings.delete(key)
  }
}

export interface Counts { waiting: number, conflicts: number, refused: number, photos: number }

export const NOTHING: Counts = { waiting: 0, conflicts: 0, refused: 0, photos: 0 }

/** The photos whose announcement the server has; the others wait as one with it. */
export async function announcedPhotos(store: FieldStore): Promise<Photo[]> {
  const announcements = await store.queue.filter(({ type }) => type === 'order.photo').toArray()
  const waiting = new Set(announcements.map(({ payload }) => String(payload.photo_id)))
  return store.photos.filter(({ id }) => !waiting.has(id)).toArray()
}

/** How much has not reached the server. */
export async function countUnsent(store: FieldStore): Promise<Counts> {
  const [waiting, conflicts, refused, photos] = await Promise.all([
    store.queue.where({ state: 'waiting' }).count(),
    store.queue.where({ state: 'conflict' }).count(),
    store.queue.where({ state: 'refused' }).count(),
    announcedPhotos(store),
  ])
  return { waiting, conflicts, refused: refused + photos.filter(({ state }) => state === 'refused').length, photos: photos.filter(({ state }) => state === 'waiting').length }
}

export function total(counts: Counts): number {
  return counts.waiting + counts.conflicts + counts.refused + counts.photos
}
