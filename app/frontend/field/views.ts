/** The screens of the tablet: the day and an order. */
import { make } from '../shared/dom'
import { formatDate, formatDateTime, formatDay, formatTime } from '../shared/format'
import { t } from '../shared/i18n'
import * as actions from './actions'
import type { Desk } from './actions'
import type { OperationType, Order } from './contract'
import { comesFirst, inOrder, isLost, isOver, type Seen, withWaiting } from './overlay'
import { button, lines, part } from './parts'
import { problemCards } from './problems'
import { hasSeen } from './queue'
import type { Photo, Queued } from './store'
import { dangerousKeys, deadlineOf, inLanguage, labelOf, PHASE_TONES, phaseWord } from './words'

function place(order: Order): string {
  const { address, lot_label, postcode, municipality } = order.location
  const street = inLanguage(address) || order.location.building_label || ''
  return [[street, lot_label].filter(Boolean).join(', '), [postcode, inLanguage(municipality)].filter(Boolean).join(' ')].filter(Boolean).join(' · ')
}

/** Where the order stands: the server's word until something is begun here, and when it is a colleague's. */
function phaseTag(seen: Seen, desk: Desk): HTMLElement {
  const own = phaseWord(seen.phase)
  const word = seen.phase === 'planned' || isLost(seen.order) ? labelOf(desk.lookups.statuses, seen.order.status) || own : own
  return make('span', { class: `tag tag-${PHASE_TONES[seen.phase]}` }, word)
}

/** How urgent, in words and colour, and until when; nothing of a deadline on what is finished. */
function urgencyTags(seen: Seen, desk: Desk): HTMLElement[] {
  const { due_at, priority } = seen.order
  const tone = desk.lookups.priorities?.find(({ key }) => key === priority)?.tone ?? 'neutral'
  const deadline = due_at && !isOver(seen) ? deadlineOf(new Date(due_at), desk.tools.now()) : undefined
  return [
    ...(priority ? [make('span', { class: `tag tag-${tone}` }, labelOf(desk.lookups.priorities, priority))] : []),
    ...(deadline ? [make('span', { class: `tag tag-${deadline.isLate ? 'danger' : 'neutral'}` }, deadline.text)] : []),
  ]
}

/** The day: what is under way or dangerous, then the orders by date, the unfinished ones first. */
export function dayView(desk: Desk, orders: Order[], queue: Queued[]): HTMLElement {
  const dangerous = dangerousKeys(desk.lookups.priorities)
  const seen = inOrder(orders.map((order) => withWaiting(order, queue, desk.sent)), dangerous)
  const doubts = doubtParts(desk, orders)
  if (!seen.length) {
    return make('div', { class: 'f-empty' }, ...doubts, make('p', {}, t('No order for the coming days.')), make('p', {}, t('Call your dispatcher if you expected one.')))
  }
  const days = new Map<string, Seen[]>()
  for (const one of seen) {
    const at = one.order.planned_start_at
    const day = comesFirst(one, dangerous) ? t('To do first') : at ? formatDay(new Date(at)) : t('Without a date')
    days.set(day, [...(days.get(day) ?? []), one])
  }
  return make('div', {}, ...doubts, ...[...days].map(([day, list]) =>
    make('section', {}, make('h2', { class: 'f-day' }, day), ...list.map((one) => orderCard(desk, one, queue)))))
}

/** What is said when the order somebody looks at is not on the tablet any more. */
export function goneView(): HTMLElement {
  return make('section', { class: 'f-part f-warning', role: 'alert' }, ...lines(leftWords()))
}

function leftWords(): string {
  return t('This order is not on your list any more: it was given to somebody else, ended or planned for later.')
}

/** What the server took but finds odd: shown until read, also when its order is finished. */
function doubtParts(desk: Desk, orders: Order[]): HTMLElement[] {
  const doubted = desk.sent.filter(({ warning }) => warning)
  const readings = doubted.filter(({ about }) => about !== 'clock')
  return [...clockPart(desk, doubted.filter(({ about }) => about === 'clock')), ...readings.map((operation) => {
    const order = orders.find(({ id }) => id === operation.order_id)
    const meter = order?.meters?.find(({ id }) => id === operation.payload.meter_id)
    const what = [order?.number, meter?.label, `${operation.payload.value} ${meter?.unit ?? ''}`.trim()].filter(Boolean).join(' · ')
    return make('section', { class: 'f-part f-warning', role: 'alert' }, make('h2', {}, `⚠ ${t('Check this reading')}`),
      ...lines(what, operation.warning, t('It was kept. Read again if it is wrong.')),
      make('div', { class: 'f-row' }, button(t('Seen'), () => void hasSeen(desk.store, operation).then(desk.changed))))
  })]
}

/** The clock of the tablet is wrong now: said before anything is noted by it. */
export function clockWarning(behind: number): HTMLElement[] {
  const minutes = Math.round(Math.abs(behind) / 60_000)
  if (minutes <= 5) return []
  return [make('section', { class: 'f-part f-warning', role: 'alert' }, ...lines(behind > 0
    ? t('The clock of this tablet is {minutes} minutes late. What you note is dated by the clock of the server when it is sent.', { minutes })
    : t('The clock of this tablet is {minutes} minutes ahead. What you note is dated by the clock of the server when it is sent.', { minutes })))]
}

/** The clock of the tablet was wrong: said once, with the last thing it was wrong about. */
function clockPart(desk: Desk, doubted: Desk['sent']): HTMLElement[] {
  const last = doubted.at(-1)
  const seen = async (): Promise<void> => {
    for (const each of doubted) await hasSeen(desk.store, each)
    desk.changed()
  }
  return last ? [make('section', { class: 'f-part f-warning', role: 'alert' }, make('h2', {}, `⚠ ${t('Set the clock of this tablet')}`),
    ...lines(last.warning), make('div', { class: 'f-row' }, button(t('Seen'), () => void seen())))] : []
}

/** Whether the server did not take something of an order: what is shown as done here is not so there. */
function isStuck({ order }: Seen, queue: Queued[]): boolean {
  return queue.some(({ order_id, state }) => order_id === order.id && state !== 'waiting')
}

function stuckTags(isStuck: boolean): HTMLElement[] {
  return isStuck ? [make('span', { class: 'tag tag-danger' }, `⚠ ${t('Not accepted')}`)] : []
}

function orderCard(desk: Desk, seen: Seen, queue: Queued[]): HTMLElement {
  const { order } = seen
  const stuck = isStuck(seen, queue)
  const why = order.elsewhere?.text || queue.find(({ order_id, message }) => order_id === order.id && message)?.message
  return make('a', { class: `f-card${!stuck && isOver(seen) ? ' f-over' : ''}`, href: `#order/${order.id}` },
    ...startOf(order, desk.tools.now()),
    make('span', { class: 'f-what' },
      make('strong', {}, order.title), make('span', {}, place(order)),
      make('span', { class: 'f-tags' }, phaseTag(seen, desk),
        ...stuckTags(stuck), ...urgencyTags(seen, desk),
        ...(order.warnings?.length ? [make('span', { class: 'tag tag-warning' }, `⚠ ${order.warnings.length}`)] : [])),
      ...(why ? [make('span', { class: 'f-why' }, why)] : [])))
}

/** When it is planned: the hour, under the day of the planner where it is not today. */
function startOf(order: Order, now: Date): HTMLElement[] {
  if (!order.planned_start_at) return []
  const start = new Date(order.planned_start_at)
  const isToday = formatDay(start) === formatDay(now)
  return [make('span', { class: 'f-time' }, formatTime(start), ...(isToday ? [] : [make('small', {}, formatDate(start))]))]
}

/** One order: warnings first, then how to get in, what to do, what was done. */
export function orderView(desk: Desk, order: Order, queue: Queued[], photos: Photo[]): HTMLElement {
  const seen = withWaiting(order, queue, desk.sent)
  const isHere = ({ order_id }: { order_id: string }) => order_id === order.id
  return make('article', {},
    make('header', { class: 'f-head' }, make('a', { href: '#', class: 'f-back' }, `← ${t('Today')}`),
      make('h1', {}, order.title), make('p', {}, `${order.number} · ${place(order)}`), make('span', { class: 'f-tags' }, phaseTag(seen, desk), ...stuckTags(isStuck(seen, queue)), ...urgencyTags(seen, desk))),
    ...elsewhereParts(order), ...problemCards(desk, unsaid(order, queue.filter(isHere)), photos.filter(isHere), () => t('Not accepted')),
    ...doubtParts({ ...desk, sent: desk.sent.filter(isHere) }, [order]),
    ...warningParts(order), ...accessParts(order), ...taskParts(order, seen, desk), ...doneParts(seen, desk), ...historyParts(order),
    actionBar(desk, seen))
}

/** The reason a step was refused, once: not again where the page says it of the whole order. */
function unsaid({ elsewhere }: Order, queue: Queued[]): Queued[] {
  return queue.map((operation) => operation.message === elsewhere?.text ? { ...operation, message: '' } : operation)
}

/** Why the order is not on the list any more, in the words of the server, and what can still be done here. */
function elsewhereParts(order: Order): HTMLElement[] {
  if (!order.elsewhere) return []
  const rest = isLost(order) ? t('What you noted here is kept. You may still add notes, photos, material and hours.') : ''
  return [make('section', { class: 'f-part f-warning', role: 'alert' }, make('h2', {}, `⚠ ${order.elsewhere.text || leftWords()}`), ...lines(rest))]
}

function warningParts(order: Order): HTMLElement[] {
  const texts = [...(order.warnings ?? []).map(({ text }) => text), ...(order.safety ?? [])]
  return texts.length ? [make('section', { class: 'f-part f-warning', role: 'alert' }, make('h2', {}, `⚠ ${t('Warnings')}`), ...lines(...texts))] : []
}

function accessParts(order: Order): HTMLElement[] {
  const { access, contact, location } = order
  const way = location.latitude && location.longitude
    ? [make('a', { class: 'f-button', href: `geo:${location.latitude},${location.longitude}?q=${location.latitude},${location.longitude}` }, t('Show the way'))] : []
  const call = contact?.phone ? [make('a', { class: 'f-button', href: `tel:${contact.phone}` }, t('Call {name}', { name: contact.name ?? contact.phone }))] : []
  return [part(t('Where and access'),
    ...lines(place(order), contact?.name && !contact.phone && t('Contact: {name}, without a telephone number', { name: contact.name }), ...(access?.codes ?? []).map(({ label, code, note }) => [`${label}: ${code}`, note].filter(Boolean).join(' – ')),
      access?.instructions, contact?.availability && t('At home: {when}', { when: contact.availability })),
    make('div', { class: 'f-row' }, ...call, ...way))]
}

function taskParts(order: Order, seen: Seen, desk: Desk): HTMLElement[] {
  const tasks = (order.tasks ?? []).map(({ label, quantity, unit }) => make('li', {}, [label, quantity, unit].filter(Boolean).join(' ')))
  const checks = (order.checklist ?? []).map((item) => checkRow(desk, order, seen, item))
  const meters = (order.meters ?? []).map((meter) => button(
    seen.readings[meter.id] ? `${meter.label}: ${seen.readings[meter.id]} ${meter.unit}` : t('Read {meter}', { meter: meter.label }),
    () => void actions.addReading(desk, order, { ...meter, last_value: seen.readings[meter.id] ?? meter.last_value ?? null })))
  const manuals = (order.installation?.documents ?? []).map(({ title, url }) => make('a', { class: 'f-button', href: url }, title))
  return [
    part(t('What'), ...lines(order.description, order.planner_note && t('Planner: {note}', { note: order.planner_note }), order.installation?.label),
      ...(tasks.length ? [make('ul', {}, ...tasks)] : []), make('div', { class: 'f-row' }, ...manuals, ...meters)),
    ...(checks.length ? [part(t('Checklist'), ...checks)] : []),
  ]
}

function checkRow(desk: Desk, order: Order, seen: Seen, item: NonNullable<Order['checklist']>[number]): HTMLElement {
  const id = `check-${item.id}`
  const input = make('input', { id, type: item.kind === 'boolean' || !item.kind ? 'checkbox' : 'text' })
  const answer = seen.answers[item.id]
  if (input.type === 'checkbox') input.checked = answer === true
  else {
    input.value = String(answer ?? '')
    if (item.kind === 'number') input.inputMode = 'decimal'
    keepTyped(desk, input, `draft:${order.id}:${id}`)
  }
  input.addEventListener('change', () => void actions.step(desk, order, 'order.checklist', {
    answer_id: desk.tools.id(), item_id: item.id, value: input.type === 'checkbox' ? input.checked : input.value,
  }))
  const label = make('label', { for: id }, item.label + (item.required ? ' *' : ''))
  return input.type === 'checkbox' ? make('div', { class: 'f-check' }, input, label) : make('div', { class: 'f-field' }, label, input)
}

/** Keep what is typed on the device until it is queued, so that a reload loses nothing. */
function keepTyped(desk: Desk, input: HTMLInputElement, key: string): void {
  void desk.store.get<string>(key).then((typed) => { if (typed !== undefined) input.value = typed })
  input.addEventListener('input', () => void desk.store.set(key, input.value))
  input.addEventListener('change', () => void desk.store.remove(key))
}

function doneParts(seen: Seen, desk: Desk): HTMLElement[] {
  const { fields, minutes, materials, photos, notes, order } = seen
  const texts = lines(
    fields.diagnosis && `${t('What was found')}: ${fields.diagnosis}`, fields.work_done && `${t('What was done')}: ${fields.work_done}`,
    minutes > 0 && t('Minutes noted: {minutes}', { minutes }), materials.length > 0 && materials.join(', '),
    photos > 0 && t('Photos taken: {count}', { count: photos }), ...notes)
  const received = (order.photos ?? []).map(({ caption, url }) => make('a', { class: 'f-button', href: url }, caption || t('Photo')))
  const additions = [
    button(t('Note'), () => void actions.addNote(desk, order)), button(t('Photo'), () => actions.takePhotos(desk, order)),
    button(t('Material'), () => void actions.addMaterial(desk, order)), button(t('Hours'), () => void actions.addHours(desk, order)),
  ]
  const own = [
    button(t('My report'), () => void actions.report(desk, seen)), button(t('Signature'), () => void actions.sign(desk, order)),
    button(t('Follow-on work'), () => void actions.followOn(desk, order)),
  ]
  const buttons = isLost(order) ? additions : isOver(seen) ? [] : [...additions, ...own]
  return [part(t('My work'), ...texts, make('div', { class: 'f-grid' }, ...received, ...buttons))]
}

function historyParts(order: Order): HTMLElement[] {
  const items = (order.history ?? []).map(({ at, text, by, number }) =>
    make('li', {}, make('strong', {}, formatDateTime(new Date(at))), ` ${[text, number, by].filter(Boolean).join(' · ')}`))
  return items.length ? [part(t('History'), make('ul', {}, ...items))] : []
}

/** The one next step, always under the thumb; none on an order that is somebody else's now. */
function actionBar(desk: Desk, seen: Seen): HTMLElement {
  const { order, phase } = seen
  const step = (type: OperationType) => () => void actions.step(desk, order, type)
  const buttons = {
    planned: [button(t('Start'), step('order.start'), 'f-main'), button(t('On the way'), step('order.travel'))],
    travelling: [button(t('Start'), step('order.start'), 'f-main'), button(t('No access'), () => void actions.noAccess(desk, order), 'f-danger')],
    busy: [button(t('Complete'), () => void actions.complete(desk, seen), 'f-main'), button(t('Pause'), step('order.pause')), button(t('No access'), () => void actions.noAccess(desk, order), 'f-danger')],
    paused: [button(t('Go on'), step('order.resume'), 'f-main')],
    done: [], no_access: [],
  }[phase]
  return make('nav', { class: 'f-bar', 'aria-label': t('Next step') }, ...(isLost(order) ? [] : buttons))
}
