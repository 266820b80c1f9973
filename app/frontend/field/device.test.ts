// @vitest-environment happy-dom
import 'fake-indexeddb/auto'
import { Dexie } from 'dexie'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readBook } from '../shared/field_book'
import type { Day, Operation, Order, Technician } from './contract'
import { Device } from './device'
import { enqueue, takeDay, type Tools } from './queue'
import { sealedParts } from './sealed'
import { countUnsent, FieldStore, total } from './store'
import { Sync } from './sync'

const ILSE: Technician = { id: 'ilse', account_id: 'u-ilse', name: 'Ilse Claes', locale: 'nl' }
const KARIM: Technician = { id: 'karim', account_id: 'u-karim', name: 'Karim Benali', locale: 'fr' }
const codes = [{ id: 'c', label: 'Door', code: '3410A' }]
const order = (id: string): Order => ({
  id, version: 4, number: `WO-${id}`, title: 'Leak', status: 'planned', location: { building_label: 'B' },
  access: { instructions: 'Ring', codes }, contact: { name: 'M. Peeters', phone: '+3225550100' }, fields: {},
})
const day = (technician: Technician, ...orders: Order[]): Day => ({ generated_at: '2026-03-02T06:00:00Z', technician, csrf_token: `t-${technician.id}`, orders })

let counter = 0
let now = new Date('2026-03-02T08:00:00Z')
const tools: Tools = { id: () => `id-${(counter += 1)}`, now: () => now }
let device: Device

/** A server at which somebody is signed in, or nobody. */
let signedIn: Technician | undefined
let isOnline = true
let posts: { by: string, author: string | undefined, text: unknown }[]
let sentAt: string | undefined
let puts: string[]
const days: Record<string, Order[]> = { ilse: [order('o1'), order('o2')], karim: [order('k1')] }
let beforePost = (): void => undefined

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })

function serve(init: RequestInit): Response {
  if (!isOnline) throw new TypeError('no network')
  if (init.method === 'POST') beforePost()
  if (!signedIn) return json({}, 401)
  if (!init.method) return json(day(signedIn, ...(days[signedIn.id] ?? [])))
  if (init.method === 'PUT') {
    puts.push(`${signedIn.id} ${(init.headers as Record<string, string>)['X-Author-Id']}`)
    return json({}, 201)
  }
  const by = signedIn.id
  const { operations, sent_at } = JSON.parse(init.body as string) as { operations: Operation[], sent_at: string }
  sentAt = sent_at
  return json({ results: operations.map(({ id, author, payload }) => {
    if (author !== by) return { id, status: 'refused', code: 'wrong_author' }
    posts.push({ by, author, text: payload.text })
    return { id, status: 'accepted' }
  }) })
}

const sync = () => new Sync(device, { day: '/day', operations: '/operations', photo: '/photos/PHOTO_ID' }, tools.id,
  ((_url: string, init: RequestInit = {}) => Promise.resolve().then(() => serve(init))) as typeof fetch, () => now)

async function reload(): Promise<void> {
  device = new Device(localStorage, () => now)
  await device.start()
}

async function note(text: string, orderId = 'o1'): Promise<void> {
  await enqueue(device.store!, tools, order(orderId), 'order.note', { text })
  await device.count()
}

const shown = async () => (await device.store?.orders.toArray())?.map(({ id }) => id).sort()
const waiting = () => device.others().filter(({ unsent }) => unsent).map(({ name, unsent }) => `${name} ${unsent}`)

beforeEach(async () => {
  // Dexie tells of each database that is erased while it is open.
  vi.spyOn(console, 'warn').mockReturnValue()
  localStorage.clear()
  posts = []
  puts = []
  signedIn = ILSE
  isOnline = true
  beforePost = () => undefined
  now = new Date('2026-03-02T08:00:00Z')
  await reload()
})
afterEach(async () => { for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name) })

describe('a tablet that two share', () => {
  it('gives the second their own day, and keeps the first one’s work sealed', async () => {
    await sync().run()
    isOnline = false
    await note('by Ilse')
    await device.store?.set('draft:o1:note', { text: 'half typed' })
    isOnline = true
    signedIn = KARIM
    expect(await sync().run()).toBe('done')
    expect(await shown()).toEqual(['k1'])
    expect(await device.store?.get('draft:o1:note')).toBeUndefined()
    expect(total(await countUnsent(device.store!))).toBe(0)
    expect(posts).toEqual([])
    expect(waiting()).toEqual(['Ilse Claes 1'])
    await reload()
    expect(await shown()).toEqual(['k1'])
  })

  it('sends the work of each under their own name only', async () => {
    await sync().run()
    await note('by Ilse')
    await device.store?.photos.add({ id: 'p', order_id: 'o1', blob: new Blob(['x']), taken_at: '', state: 'waiting' })
    signedIn = KARIM
    await sync().run()
    await note('by Karim', 'k1')
    await sync().run()
    expect(posts).toEqual([{ by: 'karim', author: 'karim', text: 'by Karim' }])
    signedIn = ILSE
    await sync().run()
    expect(posts.at(-1)).toEqual({ by: 'ilse', author: 'ilse', text: 'by Ilse' })
    expect(puts).toEqual(['ilse ilse'])
    expect(await shown()).toEqual(['o1', 'o2'])
    expect(waiting()).toEqual([])
  })

  it('gives the first back what they had half typed', async () => {
    await sync().run()
    await device.store?.set('draft:o1:note', { text: 'half typed' })
    signedIn = KARIM
    await sync().run()
    signedIn = ILSE
    await sync().run()
    expect(await device.store?.get('draft:o1:note')).toEqual({ text: 'half typed' })
  })

  it('keeps what was refused for its author', async () => {
    await sync().run()
    await note('refused')
    await device.store?.queue.toCollection().modify({ state: 'refused' })
    signedIn = KARIM
    await sync().run()
    expect(await device.store?.queue.count()).toBe(0)
    signedIn = ILSE
    await sync().run()
    expect(await device.store?.queue.toArray()).toMatchObject([{ state: 'refused', payload: { text: 'refused' } }])
  })

  it('holds back what is sent just when somebody else signs in, and calls nothing refused', async () => {
    await sync().run()
    await note('by Ilse')
    beforePost = () => { signedIn = KARIM }
    expect(await sync().run()).toBe('later')
    expect(posts).toEqual([])
    expect(await device.store?.queue.toArray()).toMatchObject([{ state: 'waiting', payload: { text: 'by Ilse' } }])
    await sync().run()
    expect(await shown()).toEqual(['k1'])
    expect(waiting()).toEqual(['Ilse Claes 1'])
  })

  it('says what its clock says when it sends', async () => {
    await sync().run()
    await note('by Ilse')
    now = new Date('2026-03-02T09:30:00Z')
    await sync().run()
    expect(sentAt).toBe('2026-03-02T09:30:00.000Z')
  })

  it('tells of a colleague no more than the first name and how much', async () => {
    await sync().run()
    await note('by Ilse')
    signedIn = KARIM
    await sync().run()
    const text = sealedParts(device.others()).map(({ textContent }) => textContent).join()
    expect(text).toContain('Work of Ilse waits on this tablet to be sent: 1.')
    expect(text).not.toMatch(/Claes|WO-|by Ilse/)
  })
})

describe('a session that ended', () => {
  it('takes the day off the tablet, all but what names the orders of unsent work', async () => {
    await sync().run()
    await note('by Ilse')
    await device.store?.set('draft:o1:note', { text: 'half typed' })
    const kept = device.store!
    signedIn = undefined
    expect(await sync().run()).toBe('signed_out')
    expect(device.store).toBeUndefined()
    expect(await kept.orders.toArray()).toEqual([{ id: 'o1', version: 4, number: 'WO-o1', title: 'Leak', status: 'planned', location: {}, fields: {} }])
    expect((await kept.settings.toCollection().primaryKeys()).sort()).toEqual(['draft:o1:note', 'technician'])
    await reload()
    expect(device.store).toBeUndefined()
    expect(waiting()).toEqual(['Ilse Claes 1'])
  })

  it('shows the day without network for as long as the tablet does not know', async () => {
    await sync().run()
    signedIn = undefined
    isOnline = false
    expect(await sync().run()).toBe('offline')
    await reload()
    expect(await shown()).toEqual(['o1', 'o2'])
  })
})

describe('who leaves', () => {
  it('leaves nothing behind when all is sent', async () => {
    await sync().run()
    await device.store?.set('draft:o1:note', { text: 'half typed' })
    await device.seal(true)
    expect(await Dexie.getDatabaseNames()).toEqual([])
    expect(readBook(localStorage)).toEqual([])
  })

  it('leaves only the unsent work', async () => {
    await sync().run()
    await note('by Ilse')
    await device.store?.set('draft:o1:note', { text: 'half typed' })
    await device.seal(true)
    expect(waiting()).toEqual(['Ilse Claes 1'])
    await sync().run()
    expect(posts).toEqual([{ by: 'ilse', author: 'ilse', text: 'by Ilse' }])
    expect(await device.store?.get('draft:o1:note')).toBeUndefined()
  })

  it('has what was begun erased after two weeks, what is unsent never', async () => {
    await sync().run()
    signedIn = KARIM
    await sync().run()
    await note('by Karim', 'k1')
    signedIn = undefined
    await sync().run()
    now = new Date('2026-03-20T08:00:00Z')
    await reload()
    expect(readBook(localStorage).map(({ id, unsent }) => `${id} ${unsent}`)).toEqual(['karim 1'])
    expect(await Dexie.getDatabaseNames()).toEqual(['intendant-field-karim'])
  })
})

describe('a tablet of before', () => {
  async function keepOld(technician?: Technician): Promise<void> {
    const old = new FieldStore('intendant-field')
    await enqueue(old, tools, order('o1'), 'order.note', { text: 'old' })
    await old.queue.toCollection().modify((one) => { delete one.author })
    if (technician) await takeDay(old, day(technician, order('o1')))
    old.close()
  }

  it('belongs to whoever its day was made for', async () => {
    await keepOld(ILSE)
    await reload()
    expect(await shown()).toEqual(['o1'])
    signedIn = KARIM
    await sync().run()
    expect(await shown()).toEqual(['k1'])
    expect(posts).toEqual([])
    signedIn = ILSE
    await sync().run()
    expect(posts).toEqual([{ by: 'ilse', author: 'ilse', text: 'old' }])
  })

  it('that names nobody gives its work to nobody, and throws none away', async () => {
    await keepOld()
    await reload()
    signedIn = KARIM
    await sync().run()
    expect(posts).toEqual([])
    expect(await Dexie.getDatabaseNames()).toContain('intendant-field')
  })
})
