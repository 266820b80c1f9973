/** What a technician can do with an order; each action ends in one or more operations of the queue. */
import { make } from '../shared/dom'
import { formatNumber } from '../shared/format'
import { t } from '../shared/i18n'
import type { Lookups, Meter, Operation, OperationType, Order } from './contract'
import { ask, type Answers, notKept, type Part } from './forms'
import { isPlausible, missing, type Seen } from './overlay'
import { keepPhoto, scale } from './photos'
import { enqueue, type Tools } from './queue'
import { signaturePad, type Stroke } from './signature'
import type { FieldStore } from './store'

export interface Desk { store: FieldStore, tools: Tools, lookups: Lookups, sent: Operation[], changed: () => void }

/** Queue one operation and show it at once. */
export async function act(desk: Desk, order: Order, type: OperationType, payload: Record<string, unknown> = {}): Promise<void> {
  await enqueue(desk.store, desk.tools, order, type, payload)
  desk.changed()
}

/** Take a step by one tap; a person is told when the device could not keep it. */
export function step(desk: Desk, order: Order, type: OperationType, payload: Record<string, unknown> = {}): Promise<void> {
  return act(desk, order, type, payload).catch(() => window.alert(notKept()))
}

function form(desk: Desk, order: Order, name: string, title: string, parts: Part[], done: (answers: Answers) => Promise<string | undefined>) {
  return ask(desk.store, { key: `${order.id}:${name}`, title, parts, submit: t('Save'), done })
}

export function addNote(desk: Desk, order: Order): Promise<void> {
  const parts: Part[] = [{ name: 'text', label: t('Note'), kind: 'area', required: true, hint: t('You may dictate with the microphone of the keyboard.') }]
  return form(desk, order, 'note', t('Note'), parts, async ({ text }) => {
    await act(desk, order, 'order.note', { note_id: desk.tools.id(), text })
    return undefined
  })
}

export function addHours(desk: Desk, order: Order): Promise<void> {
  const parts: Part[] = [
    { name: 'minutes', label: t('Minutes'), kind: 'minutes', required: true },
    { name: 'kind', label: t('Kind'), kind: 'select', value: 'work', choices: [{ key: 'work', label: t('Work') }, { key: 'travel', label: t('Travel') }] },
  ]
  return form(desk, order, 'hours', t('Hours'), parts, async ({ minutes, kind }) => {
    const count = Math.round(Number(minutes))
    if (!(count > 0 && count <= 1440)) return t('Minutes must lie between 1 and 1,440.')
    await act(desk, order, 'order.hours', { entry_id: desk.tools.id(), minutes: count, kind: kind || 'work' })
    return undefined
  })
}

export function addMaterial(desk: Desk, order: Order): Promise<void> {
  const stock = desk.lookups.materials ?? []
  const name = ({ sku, label }: { sku?: string, label: string }) => (sku ? `${sku} · ${label}` : label)
  const parts: Part[] = [
    { name: 'label', label: t('Material'), kind: 'text', required: true, list: stock.map(name), hint: stock.length ? t('Choose from the van or write it.') : '' },
    { name: 'quantity', label: t('Quantity'), kind: 'number', required: true, value: '1' },
    { name: 'unit', label: t('Unit'), kind: 'text', list: [t('piece'), t('box'), 'm', 'm²', 'kg', 'l'] },
  ]
  return form(desk, order, 'material', t('Material'), parts, async ({ label, quantity, unit }) => {
    const amount = (quantity ?? '').replace(',', '.')
    if (!(Number(amount) > 0)) return t('Write a quantity above zero.')
    const item = stock.find((candidate) => name(candidate) === label)
    await act(desk, order, 'order.material', {
      line_id: desk.tools.id(), quantity: amount, label: item?.label ?? label, unit: unit || (item?.unit ?? ''),
      ...(item ? { material_id: item.id } : {}),
    })
    return undefined
  })
}

export function addReading(desk: Desk, order: Order, meter: Meter): Promise<void> {
  const last = meter.last_value ? t('Last value: {value} {unit}', { value: formatNumber(Number(meter.last_value), 3), unit: meter.unit }) : ''
  const parts: Part[] = [
    { name: 'value', label: `${meter.label} (${meter.unit})`, kind: 'number', required: true, hint: last },
    { name: 'reason', label: t('Reason, if the value is unusual'), kind: 'text' },
  ]
  return form(desk, order, `reading-${meter.id}`, t('Meter reading'), parts, async ({ value = '', reason }) => {
    if (!Number.isFinite(Number(value.replace(',', '.')))) return t('Write a number.')
    if (!isPlausible(value, meter) && !reason) return t('This value is outside the expected range. Check it, or give the reason.')
    await act(desk, order, 'order.reading', {
      reading_id: desk.tools.id(), meter_id: meter.id, value: value.replace(',', '.'),
      read_at: desk.tools.now().toISOString(), ...(reason ? { override_reason: reason } : {}),
    })
    return undefined
  })
}

export function report(desk: Desk, seen: Seen): Promise<void> {
  const { order, fields } = seen
  return form(desk, order, 'report', t('My report'), textParts(seen), async ({ diagnosis, work_done }) => {
    const changed = Object.fromEntries(Object.entries({ diagnosis, work_done }).filter(([name, value]) => (fields[name] ?? '') !== value))
    if (Object.keys(changed).length) await act(desk, order, 'order.change', { fields: changed })
    return undefined
  })
}

function textParts({ fields }: Seen): Part[] {
  return [
    { name: 'diagnosis', label: t('What was found'), kind: 'area', value: fields.diagnosis ?? '' },
    { name: 'work_done', label: t('What was done'), kind: 'area', value: fields.work_done ?? '' },
  ]
}

export async function sign(desk: Desk, order: Order): Promise<void> {
  const key = `draft:${order.id}:strokes`
  const pad = signaturePad(await desk.store.get<Stroke[]>(key), (strokes) => void desk.store.set(key, strokes))
  const parts: Part[] = [
    { name: 'signer_name', label: t('Name'), kind: 'text' },
    { name: 'refused_reason', label: t('Not signed because'), kind: 'text' },
  ]
  return ask(desk.store, {
    key: `${order.id}:signature`, title: t('Signature'), parts, submit: t('Save'), extra: pad.element,
    done: async ({ signer_name, refused_reason }) => {
      const strokes = pad.strokes()
      if (!refused_reason && !(signer_name && strokes.length)) return t('Give a name and a signature, or the reason why there is none.')
      await act(desk, order, 'order.signature', { signature_id: desk.tools.id(), signer_name, strokes, ...(refused_reason ? { refused_reason } : {}) })
      await desk.store.remove(key)
      return undefined
    },
  })
}

export function noAccess(desk: Desk, order: Order): Promise<void> {
  const parts: Part[] = [
    { name: 'reason', label: t('Reason'), kind: 'select', required: true, choices: desk.lookups.no_access_reasons ?? [{ key: 'nobody', label: t('Nobody home') }, { key: 'refused', label: t('Entry refused') }, { key: 'other', label: t('Other') }] },
    { name: 'call_attempted', label: t('I called the contact'), kind: 'check' },
    { name: 'card_left', label: t('I left a card'), kind: 'check' },
    { name: 'proposed_slot', label: t('Next moment proposed'), kind: 'text' },
    { name: 'text', label: t('Note'), kind: 'area' },
  ]
  return form(desk, order, 'no_access', t('No access'), parts, async ({ reason, call_attempted, card_left, proposed_slot, text }) => {
    await act(desk, order, 'order.no_access', { reason, call_attempted: call_attempted === 'on', card_left: card_left === 'on', ...(proposed_slot ? { proposed_slot } : {}), ...(text ? { text } : {}) })
    return undefined
  })
}

export function followOn(desk: Desk, order: Order): Promise<void> {
  const parts: Part[] = [
    { name: 'text', label: t('What is still needed'), kind: 'area', required: true },
    { name: 'trade', label: t('Trade'), kind: 'select', choices: desk.lookups.trades ?? [] },
    { name: 'urgent', label: t('Urgent'), kind: 'check' },
    { name: 'two_people', label: t('Two people are needed'), kind: 'check' },
    { name: 'material', label: t('Material to bring'), kind: 'text' },
  ]
  return form(desk, order, 'follow_on', t('Follow-on work'), parts, async ({ text, trade, urgent, two_people, material }) => {
    await act(desk, order, 'order.follow_on', { request_id: desk.tools.id(), text, urgent: urgent === 'on', two_people: two_people === 'on', ...(trade ? { trade } : {}), ...(material ? { material } : {}) })
    return undefined
  })
}

export function complete(desk: Desk, seen: Seen): Promise<void> {
  const { order } = seen
  const outcomes = desk.lookups.outcomes ?? [{ key: 'done', label: t('Done') }]
  const parts: Part[] = [
    { name: 'outcome', label: t('Result'), kind: 'select', required: true, choices: outcomes, value: outcomes[0]?.key ?? '' },
    ...textParts(seen),
  ]
  const lacks = missing(seen)
  const warnings = [
    ...(lacks.includes('signature') ? [t('A signature is required before completing.')] : []),
    ...(lacks.includes('checklist') ? [t('The checklist is not complete.')] : []),
    ...(lacks.includes('photo') ? [t('A photo is required before completing.')] : []),
    ...(!seen.photos && !lacks.includes('photo') ? [t('No photo was taken. You can still take one.')] : []),
  ]
  return ask(desk.store, {
    key: `${order.id}:complete`, title: t('Complete'), parts, submit: t('Complete'),
    extra: make('ul', { class: 'f-hint' }, ...warnings.map((text) => make('li', {}, text))),
    done: async ({ outcome, diagnosis, work_done }) => {
      if (lacks.length) return warnings[0]
      await act(desk, order, 'order.complete', { outcome, ...changedTexts(seen, { diagnosis, work_done }) })
      return undefined
    },
  })
}

function changedTexts({ fields }: Seen, texts: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(texts).filter(([name, value]) => (fields[name] ?? '') !== value))
}

/** Take photos with the camera; each is scaled and kept before anything else happens. */
export function takePhotos(desk: Desk, order: Order): void {
  const input = make('input', { type: 'file', accept: 'image/*', capture: 'environment', multiple: '' })
  input.addEventListener('change', async () => {
    for (const file of input.files ?? []) {
      const picture = await scale(file).catch(() => undefined)
      if (!picture) window.alert(t('This file is not a picture the tablet can read.'))
      else await keepPhoto(desk.store, desk.tools, order, picture, 'other').catch(() => window.alert(notKept()))
    }
    desk.changed()
  })
  input.click()
}
