// @vitest-environment happy-dom
import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import type { Desk } from './actions'
import type { Order } from './contract'
import { FieldStore, type Queued } from './store'
import { clockWarning, dayView, orderView } from './views'

const order = (more: Partial<Order> = {}): Order => ({
  id: 'o1', version: 1, number: 'WO-1', title: 'Leak', status: 'travelling', location: {}, fields: { diagnosis: '' }, ...more,
})
const refused = (type: Queued['type'], more: Partial<Queued> = {}): Queued => ({
  id: `r-${type}`, seq: 1, type, order_id: 'o1', base_version: 1, payload: {}, made_at: '2026-03-02T08:00:00Z',
  state: 'refused', code: 'order_not_yours', message: 'This order is assigned to Karim, not to you.', ...more,
})
const lookups = { statuses: [{ key: 'planned', label: 'Planned' }] }
const desk: Desk = {
  store: new FieldStore('views'), tools: { id: () => 'x', now: () => new Date() }, lookups, sent: [], changed: () => undefined,
}
const buttons = (page: HTMLElement) => [...page.querySelectorAll('button')].map(({ textContent }) => textContent)
const lost = order({ status: 'planned', elsewhere: { id: 'o1', status: 'planned', is_yours: false, text: 'Assigned to Karim now.' } })

describe('an order that went to a colleague', () => {
  it('says so on its page, stands where the server says, and offers only what can still be done', () => {
    const page = orderView(desk, lost, [refused('order.start'), refused('order.note', { payload: { text: 'Wet wall' }, state: 'waiting' })], [])
    expect(page.querySelector('[role=alert] h2')?.textContent).toBe('⚠ Assigned to Karim now.')
    expect(page.querySelector('.f-head')?.textContent).toMatch(/Planned.*Not accepted/)
    expect(page.textContent).toContain('This order is assigned to Karim, not to you.')
    expect(page.textContent).toContain('Wet wall')
    expect(buttons(page)).toEqual(['Discard', 'Note', 'Photo', 'Material', 'Hours'])
  })

  it('says once why, where the step was refused for just that', () => {
    const page = orderView(desk, lost, [refused('order.complete', { message: 'Assigned to Karim now.', payload: { work_done: 'Wet wall' } })], [])
    expect(page.textContent?.match(/Assigned to Karim now\./g)).toHaveLength(1)
    expect(page.textContent).not.toContain('order_not_yours')
    expect(page.textContent).toContain('Wet wall')
  })

  it('is named on its card of the day', () => {
    const card = dayView(desk, [lost], [refused('order.start')]).querySelector('.f-card')
    expect(card?.textContent).toContain('Not accepted')
    expect(card?.textContent).toContain('Assigned to Karim now.')
  })

  it('that finished meanwhile still takes what was seen there', () => {
    const page = orderView(desk, order({ status: 'cancelled', elsewhere: { id: 'o1', is_yours: false, text: 'Closed.' } }), [], [])
    expect(buttons(page)).toEqual(['Note', 'Photo', 'Material', 'Hours'])
  })
})

it('an order planned for later is still one’s own', () => {
  const page = orderView(desk, order({ status: 'planned', elsewhere: { id: 'o1', is_yours: true, text: 'Planned for May.' } }), [], [])
  expect(page.querySelector('[role=alert]')?.textContent).toBe('⚠ Planned for May.')
  expect(buttons(page)).toContain('Start')
})

it('a step refused on one’s own order says why there, and can be taken again', () => {
  const said = { code: 'signature_required', message: 'Sign first.', payload: { work_done: 'Replaced' } }
  const page = orderView(desk, order({ status: 'in_progress' }), [refused('order.complete', said)], [])
  expect(page.textContent).toContain('Sign first.')
  expect(page.textContent).toContain('Replaced')
  expect(buttons(page)).toContain('Complete')
})

it('a photo that was not taken is told of with its order', () => {
  const photos = [{ id: 'p', order_id: 'o1', blob: new Blob(), taken_at: '2026-03-02T08:00:00Z', state: 'refused' as const, message: 'Too large.' }]
  expect(orderView(desk, order(), [], photos).textContent).toContain('Too large.')
})

describe('how urgent an order is', () => {
  const now = new Date('2026-03-02T00:37:00Z')
  const night: Desk = { ...desk, tools: { ...desk.tools, now: () => now }, lookups: { priorities: [{ key: 'immediate', label: 'Danger', tone: 'critical' }, { key: 'normal', label: 'Normal', tone: 'neutral' }] } }
  const burst = order({ id: 'burst', title: 'Burst hose', status: 'assigned', priority: 'immediate', due_at: '2026-03-02T01:45:00Z' })
  const drip = order({ id: 'drip', title: 'Drip', status: 'planned', priority: 'normal', planned_start_at: '2026-03-02T07:00:00Z', due_at: '2026-03-01T16:00:00Z' })

  it('decides what comes first in the day, in colour and words, with the deadline', () => {
    const page = dayView(night, [drip, burst], [])
    expect([...page.querySelectorAll('h2')].map(({ textContent }) => textContent)[0]).toBe('To do first')
    const [first, second] = page.querySelectorAll('.f-card')
    expect(first?.querySelector('.tag-critical')?.textContent).toBe('Danger')
    expect(first?.textContent).toContain('before 02:45')
    expect(first?.querySelector('.f-time')).toBeNull()
    expect(second?.querySelector('.tag-danger')?.textContent).toMatch(/^Late: had to be done before .*01.*17:00$/)
  })

  it('stands in the head of the order, and nothing of a deadline once it is done', () => {
    expect(orderView(night, burst, [], []).querySelector('.f-head')?.textContent).toMatch(/Danger.*before 02:45/)
    expect(orderView(night, { ...burst, status: 'complete' }, [], []).querySelector('.f-head')?.textContent).not.toContain('02:45')
  })
})

it('the person to ask for is named also without a number', () => {
  const page = orderView(desk, order({ contact: { name: 'Nadia', phone: '' } }), [], [])
  expect(page.textContent).toContain('Contact: Nadia, without a telephone number')
  const known = orderView(desk, order({ contact: { name: 'Nadia', phone: '+32470000000' } }), [], [])
  expect(known.querySelector('[href^="tel:"]')?.textContent).toBe('Call Nadia')
  expect(known.textContent).not.toContain('Contact:')
})

it.each([[0, ''], [-5 * 60_000, ''], [24 * 3_600_000, '1440 minutes late'], [-3_600_000, '60 minutes ahead']])(
  'a clock that is %i ms behind is told of when it matters', (behind, said) => {
    const text = clockWarning(behind).map(({ textContent }) => textContent).join('')
    expect(text === '' || said !== '').toBe(true)
    expect(text).toContain(said)
  })
