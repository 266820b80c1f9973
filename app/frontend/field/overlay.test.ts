import { describe, expect, it } from 'vitest'
import type { Operation, Order } from './contract'
import { inOrder, isPlausible, missing, withWaiting } from './overlay'

const order = (more: Partial<Order> = {}): Order => ({
  id: 'o1', version: 1, number: 'WO-1', title: 'Leak', status: 'planned', location: {}, fields: { diagnosis: 'old' }, ...more,
})
const done = (type: Operation['type'], payload: Record<string, unknown> = {}, order_id = 'o1'): Operation =>
  ({ id: Math.random().toString(), type, order_id, base_version: 1, payload, made_at: '' })

describe('an order with waiting work', () => {
  it('shows what the technician did, before the server knows', () => {
    const seen = withWaiting(order(), [
      done('order.start'), done('order.note', { text: 'Wet wall' }), done('order.hours', { minutes: 30 }), done('order.hours', { minutes: 15 }),
      done('order.material', { quantity: '2', unit: 'pc', label: 'Gasket' }), done('order.change', { fields: { diagnosis: 'new' } }),
      done('order.photo'), done('order.reading', { meter_id: 'm', value: '12' }), done('order.note', { text: 'elsewhere' }, 'o2'),
    ])
    expect(seen).toMatchObject({ phase: 'busy', notes: ['Wet wall'], minutes: 45, materials: ['2 pc Gasket'], photos: 1, readings: { m: '12' } })
    expect(seen.fields.diagnosis).toBe('new')
  })

  it('keeps what was written about what is finished, which the server does not tell again', () => {
    const change = { ...done('order.change', { fields: { diagnosis: 'Seal' } }), made_at: '2026-03-02T09:00:00Z' }
    const end = { ...done('order.complete', { diagnosis: 'Seal worn', work_done: 'Replaced' }), made_at: '2026-03-02T10:00:00Z' }
    const { fields } = withWaiting(order({ status: 'complete' }), [], [end, change])
    expect(fields).toMatchObject({ diagnosis: 'Seal worn', work_done: 'Replaced' })
  })

  it('writes a quantity as people do', () => {
    const seen = withWaiting(order(), [done('order.material', { quantity: '1.5', unit: 'm', label: 'Pipe' })])
    expect(seen.materials).toEqual(['1,5 m Pipe'])
  })

  it('ends completed or without access', () => {
    expect(withWaiting(order(), [done('order.start'), done('order.complete')]).phase).toBe('done')
    expect(withWaiting(order(), [done('order.no_access')]).phase).toBe('no_access')
    expect(withWaiting(order({ status: 'in_progress' }), [done('order.pause')]).phase).toBe('paused')
  })

  it('stands where the server says when a step was refused; what was typed is still shown', () => {
    const refused = (type: Operation['type'], payload = {}) => ({ ...done(type, payload), state: 'refused' as const })
    const seen = withWaiting(order({ status: 'travelling' }), [
      refused('order.start'), refused('order.change', { fields: { diagnosis: 'mine' } }), refused('order.note', { text: 'Wet' }),
    ])
    expect(seen).toMatchObject({ phase: 'travelling', notes: ['Wet'], fields: { diagnosis: 'old' } })
  })

  it('that somebody could not enter last time can be begun again', () => {
    expect(withWaiting(order({ status: 'no_access' }), []).phase).toBe('planned')
    expect(withWaiting(order({ status: 'pending_material' }), [done('order.start')]).phase).toBe('busy')
  })

  it('keeps showing what the server accepted, without doing it twice', () => {
    const sent = [done('order.start'), done('order.signature'), done('order.hours', { minutes: 20 }), done('order.change', { fields: { diagnosis: 'stale' } })]
    const seen = withWaiting(order({ status: 'in_progress', requires: { signature: true } }), [done('order.hours', { minutes: 10 })], sent)
    expect(seen).toMatchObject({ phase: 'busy', minutes: 30, hasSignature: true, fields: { diagnosis: 'old' } })
    expect(missing(seen)).toEqual([])
  })

  it('leaves the server’s copy untouched', () => {
    const original = order()
    withWaiting(original, [done('order.change', { fields: { diagnosis: 'new' } })])
    expect(original.fields.diagnosis).toBe('old')
  })
})

it('completing waits for what the order requires', () => {
  const strict = order({ requires: { signature: true, photo: true }, checklist: [{ id: 'c', label: 'x', required: true }, { id: 'd', label: 'y' }] })
  expect(missing(withWaiting(strict, []))).toEqual(['signature', 'photo', 'checklist'])
  const all = [done('order.signature'), done('order.photo'), done('order.checklist', { item_id: 'c', value: false })]
  expect(missing(withWaiting(strict, all))).toEqual([])
})

it('the order in progress comes first, finished ones last', () => {
  const list = [
    withWaiting(order({ id: 'late', planned_start_at: '2026-03-02T14:00:00Z' }), []),
    withWaiting(order({ id: 'done', status: 'complete', planned_start_at: '2026-03-02T07:00:00Z' }), []),
    withWaiting(order({ id: 'early', planned_start_at: '2026-03-02T08:00:00Z' }), []),
    withWaiting(order({ id: 'busy', status: 'in_progress', planned_start_at: '2026-03-02T16:00:00Z' }), []),
  ]
  expect(inOrder(list).map((seen) => seen.order.id)).toEqual(['busy', 'early', 'late', 'done'])
  const drive = withWaiting(order({ id: 'drive', status: 'travelling' }), [])
  const burst = withWaiting(order({ id: 'burst', priority: 'immediate' }), [])
  const solved = withWaiting(order({ id: 'solved', priority: 'immediate', status: 'complete' }), [])
  const ids = inOrder([...list, drive, burst, solved], new Set(['immediate'])).map((seen) => seen.order.id)
  expect(ids.slice(0, 3).sort()).toEqual(['burst', 'busy', 'drive'])
  expect(ids.at(-1)).toBe('solved')
})

it.each([
  ['1210,5', true], ['1204.3', true], ['900', false], ['1300', false], ['abc', false],
])('a reading of %s is plausible: %s', (value, expected) => {
  expect(isPlausible(value, { last_value: '1204.3', expected_min: '1204.3', expected_max: '1290' })).toBe(expected)
})

it('a reading only has to rise when nothing else is known', () => {
  expect(isPlausible('10', { last_value: '9' })).toBe(true)
  expect(isPlausible('8', { last_value: '9' })).toBe(false)
  expect(isPlausible('8', {})).toBe(true)
})
