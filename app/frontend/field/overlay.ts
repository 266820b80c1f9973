/** An order as the technician sees it: the server's state with what waits in the queue on top. Pure. */
import type { Fields, Operation, Order } from './contract'
import { materialOf, textsOf } from './queue'
import type { Queued } from './store'

export type Phase = 'planned' | 'travelling' | 'busy' | 'paused' | 'done' | 'no_access'

export interface Seen {
  order: Order
  phase: Phase
  fields: Fields
  notes: string[]
  minutes: number
  materials: string[]
  photos: number
  answers: Record<string, unknown>
  hasSignature: boolean
  readings: Record<string, string>
}

/** What the server's status means here; every other one (waiting for material, no access last time…) can be begun. */
const SERVER_PHASES: Record<string, Phase> = {
  travelling: 'travelling', in_progress: 'busy',
  complete: 'done', closed: 'done', cancelled: 'done',
}

const STEPS: Partial<Record<Operation['type'], Phase>> = {
  'order.travel': 'travelling', 'order.start': 'busy', 'order.pause': 'paused', 'order.resume': 'busy',
  'order.complete': 'done', 'order.no_access': 'no_access',
}

/**
 * Put what was done on top of the server's state: what it has accepted only adds, what waits also changes. What it
 * refused is still shown as typed, but moves nothing: the order stands where the server says.
 */
export function withWaiting(order: Order, operations: (Operation & Partial<Queued>)[], sent: Operation[] = []): Seen {
  const seen: Seen = {
    order, phase: SERVER_PHASES[order.status] ?? 'planned', fields: { ...order.fields },
    notes: [], minutes: 0, materials: [], photos: 0, answers: {}, hasSignature: false, readings: {},
  }
  const own = sent.filter(({ order_id }) => order_id === order.id).sort((a, b) => a.made_at.localeCompare(b.made_at))
  for (const operation of own) {
    add(seen, operation)
    // What is finished is not read from the server again: its texts are those that were sent.
    if (order.status === 'complete') Object.assign(seen.fields, textsOf(operation))
  }
  for (const operation of operations) {
    if (operation.order_id !== order.id) continue
    add(seen, operation)
    if (operation.state === 'refused') continue
    seen.phase = STEPS[operation.type] ?? seen.phase
    Object.assign(seen.fields, textsOf(operation))
  }
  return seen
}

/** Whether an order is not the technician's any more: only what cannot conflict may still be added to it. */
export function isLost({ elsewhere }: Order): boolean {
  return elsewhere !== undefined && !elsewhere.is_yours
}

function add(seen: Seen, operation: Operation): void {
  const { payload, type } = operation
  if (type === 'order.note') seen.notes.push(String(payload.text))
  if (type === 'order.hours') seen.minutes += Number(payload.minutes) || 0
  if (type === 'order.material') seen.materials.push(materialOf(payload))
  if (type === 'order.photo') seen.photos += 1
  if (type === 'order.checklist') seen.answers[String(payload.item_id)] = payload.value
  if (type === 'order.reading') seen.readings[String(payload.meter_id)] = String(payload.value)
  if (type === 'order.signature') seen.hasSignature = true
}

/** What still forbids completing the order on this tablet. */
export function missing(seen: Seen): ('signature' | 'photo' | 'checklist')[] {
  const { requires, checklist, photos } = seen.order
  const open = (checklist ?? []).some(({ id, required }) => required && seen.answers[id] === undefined)
  return [
    ...(requires?.signature && !seen.hasSignature ? ['signature' as const] : []),
    ...(requires?.photo && !seen.photos && !(photos ?? []).length ? ['photo' as const] : []),
    ...(open ? ['checklist' as const] : []),
  ]
}

export function isOver({ phase }: Seen): boolean {
  return ['done', 'no_access'].includes(phase)
}

/** Whether an order is done before every other: it is under way, or people are in danger. */
export function comesFirst(seen: Seen, dangerous: ReadonlySet<string>): boolean {
  return ['travelling', 'busy', 'paused'].includes(seen.phase) || (!isOver(seen) && dangerous.has(seen.order.priority ?? ''))
}

/** What comes first, then the unfinished by the planner's order and time, then the finished. */
export function inOrder(list: Seen[], dangerous: ReadonlySet<string> = new Set()): Seen[] {
  const place = (seen: Seen) => seen.phase === 'busy' ? 0 : comesFirst(seen, dangerous) ? 1 : isOver(seen) ? 3 : 2
  const rank = (seen: Seen) => [place(seen), seen.order.planned_start_at ?? '9', seen.order.sequence ?? 999] as const
  return [...list].sort((a, b) => {
    const [phaseA, startA, placeA] = rank(a)
    const [phaseB, startB, placeB] = rank(b)
    return phaseA - phaseB || startA.localeCompare(startB) || placeA - placeB
  })
}

/** A reading below the last one or outside what is expected needs a reason. */
export function isPlausible(value: string, meter: { last_value?: string | null, expected_min?: string | null, expected_max?: string | null }): boolean {
  const number = Number(value.replace(',', '.'))
  if (!Number.isFinite(number)) return false
  const low = Number(meter.expected_min ?? meter.last_value ?? -Infinity)
  const high = Number(meter.expected_max ?? Infinity)
  return number >= low && number <= high
}
