import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Day, Operation, Order, Result } from './contract'
import { scaledSize } from './photos'
import { decide, discardPhoto, enqueue, nextBatch, sendAsNote, settle, takeDay, type Tools, tryAgain, writtenIn } from './queue'
import { countUnsent, FieldStore, type Photo, type Queued, total } from './store'
import { hasUnsent, type Keeper, Sync } from './sync'

let store: FieldStore
let counter = 0
const tools: Tools = { id: () => `id-${(counter += 1)}`, now: () => new Date('2026-03-02T08:00:00Z') }
const order = (id = 'o1', version = 4): Order =>
  ({ id, version, number: id, title: 'Leak', status: 'planned', location: {}, fields: { diagnosis: '', work_done: '' } })
const day = (...orders: Order[]): Day => ({ generated_at: '2026-03-02T06:00:00Z', technician: { id: 't1', name: 'Ilse', locale: 'nl' }, csrf_token: 'fresh', orders })

beforeEach(() => { store = new FieldStore(`test-${Math.random()}`, 't1') })
afterEach(() => store.delete())

const queue = () => store.queue.orderBy('seq').toArray()
const photo = (id: string): Photo => ({ id, order_id: 'o1', blob: new Blob(['x']), taken_at: '', state: 'waiting' })

describe('the queue', () => {
  it('keeps the order in which things were done', async () => {
    for (const type of ['order.start', 'order.note', 'order.complete'] as const) await enqueue(store, tools, order(), type)
    expect((await nextBatch(store)).map(({ type }) => type)).toEqual(['order.start', 'order.note', 'order.complete'])
  })

  it('forgets what was accepted or known already, keeps the rest', async () => {
    const made = []
    for (let index = 0; index < 5; index += 1) made.push(await enqueue(store, tools, order(), 'order.note', { text: `${index}` }))
    const answers: Result[] = [
      { id: made[0]!.id, status: 'accepted', order_version: 5 }, { id: made[1]!.id, status: 'duplicate' },
      { id: made[2]!.id, status: 'refused', code: 'order_closed', message: 'Closed.' },
      { id: made[3]!.id, status: 'conflict', current: { version: 9, fields: {} }, conflicting_fields: ['diagnosis'] },
    ]
    expect(await settle(store, await nextBatch(store), answers)).toBe(4)
    expect((await queue()).map(({ state }) => state)).toEqual(['refused', 'conflict', 'waiting'])
    expect(await countUnsent(store)).toEqual({ waiting: 1, conflicts: 1, refused: 1, photos: 0 })
  })

  it('keeps the version the person saw, so that nobody is overwritten unseen', async () => {
    const first = await enqueue(store, tools, order('o1', 4), 'order.start')
    await enqueue(store, tools, order('o1', 4), 'order.change', { fields: { diagnosis: 'mine' } })
    await settle(store, await nextBatch(store, 1), [{ id: first.id, status: 'accepted', order_version: 7 }])
    expect((await queue())[0]?.base_version).toBe(4)
  })

  it('holds back later texts of an order in conflict, but not its notes', async () => {
    const change = await enqueue(store, tools, order(), 'order.change', { fields: { diagnosis: 'x' } })
    await settle(store, await nextBatch(store), [{ id: change.id, status: 'conflict', current: { version: 5, fields: {} } }])
    await enqueue(store, tools, order(), 'order.complete')
    await enqueue(store, tools, order(), 'order.note')
    await enqueue(store, tools, order('o2'), 'order.complete')
    expect((await nextBatch(store)).map(({ type, order_id }) => `${type} ${order_id}`)).toEqual(['order.note o1', 'order.complete o2'])
  })
})

it('a refused report reaches the office as a note of the time at which it was written', async () => {
  const end = await enqueue(store, tools, order(), 'order.complete', { outcome: 'done', diagnosis: 'Valve', work_done: 'Replaced' })
  await settle(store, await nextBatch(store), [{ id: end.id, status: 'refused', code: 'order_closed' }])
  const later: Tools = { ...tools, now: () => new Date('2026-03-02T17:00:00Z') }
  await sendAsNote(store, later, (await queue())[0] as Queued)
  const [note, ...rest] = await nextBatch(store)
  expect(rest).toEqual([])
  expect(note).toMatchObject({ type: 'order.note', order_id: 'o1', made_at: end.made_at, payload: { text: 'Valve\nReplaced' } })
  expect(note?.id).not.toBe(end.id)
})

describe('a second tap', () => {
  it('on a step is the same step, also after a note', async () => {
    const first = await enqueue(store, tools, order(), 'order.start')
    await enqueue(store, tools, order(), 'order.note')
    expect((await enqueue(store, tools, order(), 'order.start')).id).toBe(first.id)
    expect((await queue()).map(({ type }) => type)).toEqual(['order.start', 'order.note'])
  })

  it('on another step, another order or a note is one of its own', async () => {
    for (const type of ['order.start', 'order.pause', 'order.resume', 'order.pause', 'order.note', 'order.note'] as const) await enqueue(store, tools, order(), type)
    await enqueue(store, tools, order('o2'), 'order.pause')
    expect(await store.queue.count()).toBe(7)
  })
})

it('what a refused addition said can still be read', async () => {
  const said = async (type: Operation['type'], payload: Record<string, unknown>) => writtenIn(await enqueue(store, tools, order(), type, payload))
  expect(await said('order.hours', { minutes: 45, kind: 'work' })).toBe('45 min')
  expect(await said('order.material', { quantity: '2.5', unit: 'm', label: 'Joint' })).toBe('2,5 m Joint')
  expect(await said('order.reading', { value: '1204.3', override_reason: 'New counter' })).toBe('1204.3\nNew counter')
  expect(await said('order.follow_on', { text: 'A pump', material: 'UPS 25' })).toBe('A pump\nUPS 25')
})

describe('a conflict', () => {
  async function conflict(type: 'order.change' | 'order.complete', payload: Record<string, unknown>): Promise<Queued> {
    await store.orders.put(order())
    const made = await enqueue(store, tools, order(), type, payload)
    const current = { version: 6, fields: { diagnosis: 'theirs', work_done: '' } }
    await settle(store, await nextBatch(store), [{ id: made.id, status: 'conflict', current, conflicting_fields: ['diagnosis'] }])
    return (await queue())[0] as Queued
  }

  it('kept as mine becomes a new operation on the new version', async () => {
    await decide(store, tools, await conflict('order.change', { fields: { diagnosis: 'mine' } }), { diagnosis: 'mine' })
    expect(await queue()).toMatchObject([{ state: 'waiting', base_version: 6, payload: { fields: { diagnosis: 'mine' } } }])
  })

  it('kept as theirs leaves nothing to send', async () => {
    await decide(store, tools, await conflict('order.change', { fields: { diagnosis: 'mine' } }), { diagnosis: 'theirs' })
    expect(await queue()).toEqual([])
    expect((await store.orders.get('o1'))?.fields.diagnosis).toBe('theirs')
  })

  it('of a completion still completes, whichever text is kept', async () => {
    await decide(store, tools, await conflict('order.complete', { outcome: 'done', diagnosis: 'mine' }), { diagnosis: 'theirs' })
    expect(await queue()).toMatchObject([{ type: 'order.complete', base_version: 6, payload: { outcome: 'done' } }])
    expect((await queue())[0]?.payload).not.toHaveProperty('diagnosis')
  })
})

describe('the day', () => {
  it('replaces what is there, but never an order with unsent work', async () => {
    await takeDay(store, day(order('o1'), order('o2'), order('o3')))
    await enqueue(store, tools, order('o2'), 'order.note')
    await takeDay(store, day(order('o1', 9)))
    expect((await store.orders.toArray()).map(({ id, version }) => `${id}:${version}`).sort()).toEqual(['o1:9', 'o2:4'])
    expect(await store.get('csrf_token')).toBe('fresh')
  })

  it('says of an order that went away why, and takes its codes off the tablet', async () => {
    const codes = [{ id: 'c', label: 'Door', code: '1234' }]
    await takeDay(store, day({ ...order('o1'), access: { instructions: 'Ring', codes } }, order('o2')))
    await enqueue(store, tools, order('o1'), 'order.start')
    await enqueue(store, tools, order('o2'), 'order.start')
    const told = { id: 'o1', status: 'travelling', is_yours: false, text: 'It is with Karim.' }
    await takeDay(store, { ...day(), elsewhere: [told] })
    expect(await store.orders.get('o1')).toMatchObject({ status: 'travelling', elsewhere: told, access: { instructions: 'Ring', codes: [] } })
    expect((await store.orders.get('o2'))?.elsewhere).toMatchObject({ is_yours: false })
    await takeDay(store, day(order('o1'), order('o2')))
    expect((await store.orders.get('o1'))?.elsewhere).toBeUndefined()
  })

  it('still shows what was finished today, until tomorrow', async () => {
    await takeDay(store, day(order('o1'), order('o2')))
    const end = await enqueue(store, tools, order('o1'), 'order.complete')
    await settle(store, await nextBatch(store), [{ id: end.id, status: 'accepted' }])
    await takeDay(store, { ...day(), generated_at: '2026-03-02T12:00:00Z' })
    expect((await store.orders.toArray()).map(({ id, status }) => `${id} ${status}`)).toEqual(['o1 complete'])
    await takeDay(store, { ...day(), generated_at: '2026-03-03T06:00:00Z' })
    expect(await store.orders.count()).toBe(0)
    expect(await store.sent.count()).toBe(0)
  })

  it('forgets how to get in where the work is finished, until the order is open again', async () => {
    const access = { instructions: 'Ring', codes: [{ id: 'c', label: 'Door', code: '1234' }] }
    await takeDay(store, day({ ...order('o1'), access }))
    const end = await enqueue(store, tools, order('o1'), 'order.complete')
    expect((await store.orders.get('o1'))?.access).toEqual(access)
    await settle(store, await nextBatch(store), [{ id: end.id, status: 'accepted' }])
    await takeDay(store, { ...day(), generated_at: '2026-03-02T12:00:00Z' })
    expect((await store.orders.get('o1'))?.access).toEqual({ instructions: 'Ring', codes: [] })
    await takeDay(store, day({ ...order('o1'), access }))
    expect((await store.orders.get('o1'))?.access).toEqual(access)
  })

  it('shows as finished what is, while its photo still waits', async () => {
    await takeDay(store, day(order('o1')))
    const end = await enqueue(store, tools, order('o1'), 'order.complete')
    await store.photos.add(photo('p1'))
    await settle(store, await nextBatch(store), [{ id: end.id, status: 'accepted' }])
    await takeDay(store, { ...day(), generated_at: '2026-03-02T12:00:00Z' })
    expect((await store.orders.toArray()).map(({ id, status }) => `${id} ${status}`)).toEqual(['o1 complete'])
  })
})

/** A tablet of one person, as most are; what others share is told in device.test.ts. */
const keeper = (): Keeper => ({ store, take: async () => undefined, seal: async () => undefined })

type Reply = (request: { url: string, method: string, body?: { operations: Operation[] }, headers: Record<string, string> }) => Response

function syncWith(reply: Reply): Sync {
  const fetcher = (url: RequestInfo | URL, init: RequestInit = {}) => Promise.resolve().then(() => {
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as { operations: Operation[] }) : undefined
    return reply({ url: String(url), method: init.method ?? 'GET', headers: (init.headers ?? {}) as Record<string, string>, ...(body ? { body } : {}) })
  })
  return new Sync(keeper(), { day: '/day', operations: '/operations', photo: '/photos/PHOTO_ID' }, tools.id, fetcher as typeof fetch)
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status })
const accept = (operations: Operation[]): Response => json({ results: operations.map(({ id }) => ({ id, status: 'accepted' })) })

describe('sending', () => {
  it('sends everything, then reads the day', async () => {
    await enqueue(store, tools, order(), 'order.note')
    const calls: string[] = []
    const outcome = await syncWith(({ method, url, body }) => {
      calls.push(`${method} ${url}`)
      return body ? accept(body.operations) : json(day(order()))
    }).run()
    expect(outcome).toBe('done')
    expect(calls).toEqual(['GET /day?held=o1', 'POST /operations', 'GET /day'])
    expect(await hasUnsent(store)).toBe(false)
  })

  it('asks after the order of which something was refused', async () => {
    await takeDay(store, day(order()))
    await enqueue(store, tools, order(), 'order.start')
    const asked: string[] = []
    const told = { id: 'o1', status: 'travelling', is_yours: false, text: 'It is with Karim.' }
    await syncWith(({ url, body }) => {
      if (!body) asked.push(url)
      return body ? json({ results: body.operations.map(({ id }) => ({ id, status: 'refused', code: 'order_not_yours' })) })
        : json({ ...day(), elsewhere: [told] })
    }).run()
    expect(asked).toEqual(['/day?held=o1', '/day?held=o1'])
    expect((await store.orders.get('o1'))?.elsewhere).toEqual(told)
  })

  it('loses nothing without a network', async () => {
    await enqueue(store, tools, order(), 'order.note')
    expect(await syncWith(() => { throw new TypeError('no network') }).run()).toBe('offline')
    expect(total(await countUnsent(store))).toBe(1)
  })

  it('loses nothing when the answer is lost: the same identifier goes again', async () => {
    await enqueue(store, tools, order(), 'order.note')
    const seen: string[] = []
    let isFirst = true
    const sync = syncWith(({ body }) => {
      if (!body) return json(day(order()))
      seen.push(body.operations[0]!.id)
      if (!isFirst) return json({ results: [{ id: body.operations[0]!.id, status: 'duplicate' }] })
      isFirst = false
      throw new TypeError('connection lost after sending')
    })
    expect(await sync.run()).toBe('offline')
    expect(await sync.run()).toBe('done')
    expect(seen[0]).toBe(seen[1])
    expect(await hasUnsent(store)).toBe(false)
  })

  it.each([[401, 'signed_out'], [403, 'signed_out'], [500, 'later'], [503, 'later'], [429, 'later']])('a batch answered %i waits (%s)', async (status, outcome) => {
    await enqueue(store, tools, order(), 'order.note')
    expect(await syncWith(({ body }) => (body ? json({}, status) : json(day(order())))).run()).toBe(outcome)
    expect(total(await countUnsent(store))).toBe(1)
  })

  it('one bad operation holds up no other', async () => {
    for (const text of ['good', 'bad', 'fine']) await enqueue(store, tools, order(), 'order.note', { text })
    const outcome = await syncWith(({ body }) => {
      if (!body) return json(day(order()))
      return body.operations.some(({ payload }) => payload.text === 'bad') ? json({ code: 'invalid_payload', title: 'Bad.' }, 422) : accept(body.operations)
    }).run()
    expect(outcome).toBe('done')
    expect((await queue()).map(({ state, payload, code }) => [state, payload.text, code])).toEqual([['refused', 'bad', 'invalid_payload']])
  })

  it('does not turn in circles when the server forgets to answer', async () => {
    await enqueue(store, tools, order(), 'order.note')
    expect(await syncWith(({ body }) => (body ? json({ results: [] }) : json(day(order())))).run()).toBe('later')
  })

  it('photos follow their announcement and stay until confirmed', async () => {
    await store.photos.add(photo('p1'))
    await enqueue(store, tools, order(), 'order.photo', { photo_id: 'p1' })
    const calls: string[] = []
    let photoStatus = 500
    const sync = syncWith(({ method, url, body }) => {
      calls.push(`${method} ${url}`)
      if (method === 'PUT') return json({}, photoStatus)
      return body ? accept(body.operations) : json(day(order()))
    })
    expect(await sync.run()).toBe('later')
    expect(await store.photos.count()).toBe(1)
    photoStatus = 201
    expect(await sync.run()).toBe('done')
    expect(await store.photos.count()).toBe(0)
    expect(calls.indexOf('POST /operations')).toBeLessThan(calls.indexOf('PUT /photos/p1'))
  })

  it('shows what the server took even when the photos do not get through', async () => {
    await store.photos.add(photo('p1'))
    await enqueue(store, tools, order(), 'order.start')
    const sync = syncWith(({ method, body }) => {
      if (method === 'PUT') throw new TypeError('too weak a network')
      return body ? accept(body.operations) : json(day({ ...order(), status: 'in_progress' }))
    })
    expect(await sync.run()).toBe('offline')
    expect((await store.orders.get('o1'))?.status).toBe('in_progress')
  })

  it('a photo counts once, with its announcement', async () => {
    await store.photos.add(photo('p1'))
    await enqueue(store, tools, order(), 'order.photo', { photo_id: 'p1' })
    expect(total(await countUnsent(store))).toBe(1)
    await syncWith(({ method, body }) => (method === 'PUT' ? json({}, 503) : body ? accept(body.operations) : json(day(order())))).run()
    expect(total(await countUnsent(store))).toBe(1)
  })

  it('a photo the server refuses can be sent again or given up', async () => {
    await store.photos.add(photo('p1'))
    const sync = syncWith(({ method }) => (method === 'PUT' ? json({ title: 'Too large.' }, 422) : json(day(order()))))
    const refused = async () => (await store.photos.toArray())[0] as Photo
    await sync.run()
    expect(await refused()).toMatchObject({ state: 'refused', message: 'Too large.' })
    await tryAgain(store, await refused())
    expect(await hasUnsent(store)).toBe(true)
    await sync.run()
    await discardPhoto(store, await refused())
    expect(total(await countUnsent(store))).toBe(0)
  })

  it.each([['Mon, 02 Mar 2026 08:00:00 GMT', 24 * 3_600_000], ['', 0]])('learns from every answer how late the clock is (%s)', async (told, behind) => {
    const late = (): Date => new Date('2026-03-01T08:00:00Z')
    const answer = new Response(JSON.stringify(day(order())), { headers: told ? { Date: told } : {} })
    const sync = new Sync(keeper(), { day: '/day', operations: '/operations', photo: '' }, tools.id, async () => answer, late)
    await sync.run()
    expect(sync.behind).toBe(behind)
  })

  it('two calls at once are one', async () => {
    await enqueue(store, tools, order(), 'order.note')
    let posts = 0
    const sync = syncWith(({ body }) => {
      if (body) posts += 1
      return body ? accept(body.operations) : json(day(order()))
    })
    await Promise.all([sync.run(), sync.run(), sync.run()])
    expect(posts).toBe(1)
  })

  it('carries the token of the day', async () => {
    await enqueue(store, tools, order(), 'order.note')
    let token = ''
    await syncWith(({ body, headers }) => {
      if (body) token = headers['X-CSRF-Token'] ?? ''
      return body ? accept(body.operations) : json(day(order()))
    }).run()
    expect(token).toBe('fresh')
  })
})

it('pictures shrink to 1600 and never grow', () => {
  expect(scaledSize(4000, 3000)).toEqual([1600, 1200])
  expect(scaledSize(3000, 4000)).toEqual([1200, 1600])
  expect(scaledSize(800, 600)).toEqual([800, 600])
})
