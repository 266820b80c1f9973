/** What the server did not take, on a page of its own and on the page of its order. */
import { make } from '../shared/dom'
import { formatDateTime } from '../shared/format'
import { t } from '../shared/i18n'
import type { Desk } from './actions'
import type { Order, Technician } from './contract'
import { ask } from './forms'
import { button, lines, part } from './parts'
import { decide, discard, discardPhoto, type Pick1, sendAsNote, textsOf, tryAgain, writtenIn } from './queue'
import type { Photo, Queued } from './store'
import { fieldWord, operationWord } from './words'

/** What the server did not take: conflicts to decide, refusals to read. */
export function problemView(desk: Desk, orders: Order[], queue: Queued[], photos: Photo[]): HTMLElement {
  const numbers = new Map(orders.map(({ id, number, title }) => [id, `${number} · ${title}`]))
  const line = (at: string, what: string, id: string) => make('li', {}, `${formatDateTime(new Date(at))} · ${what} · ${numbers.get(id) ?? ''}`)
  const waiting = [
    ...queue.filter(({ state }) => state === 'waiting').map(({ type, order_id, made_at }) => line(made_at, operationWord(type), order_id)),
    ...photos.filter(({ state }) => state === 'waiting').map(({ order_id, taken_at }) => line(taken_at, t('Photo'), order_id)),
  ]
  return make('div', {}, make('header', { class: 'f-head' }, make('a', { href: '#', class: 'f-back' }, `← ${t('Today')}`), make('h1', {}, t('Not yet sent'))),
    ...problemCards(desk, queue, photos, (id) => numbers.get(id) ?? ''),
    part(t('Waiting'), ...(waiting.length ? [make('ul', {}, ...waiting)] : [make('p', {}, t('Nothing is waiting.'))])))
}

/** A card for each thing the server did not take; each names its order with `title`. */
export function problemCards(desk: Desk, queue: Queued[], photos: Photo[], title: (orderId: string) => string): HTMLElement[] {
  return [
    ...queue.filter(({ state }) => state !== 'waiting').map((operation) =>
      (operation.state === 'conflict' ? conflictCard : refusalCard)(desk, operation, title(operation.order_id))),
    ...photos.filter(({ state }) => state === 'refused').map((photo) => refusedPhotoCard(desk, photo, title(photo.order_id))),
  ]
}

function refusedPhotoCard(desk: Desk, photo: Photo, title: string): HTMLElement {
  return make('section', { class: 'f-part f-warning' }, make('h2', {}, `${t('Photo')} · ${title}`),
    ...lines(formatDateTime(new Date(photo.taken_at)), photo.message),
    make('div', { class: 'f-row' },
      button(t('Send now'), () => void tryAgain(desk.store, photo).then(desk.changed), 'f-main'),
      button(t('Discard'), () => void askToDiscard(desk, photo.order_id, t('Photo'), '', () => discardPhoto(desk.store, photo)), 'f-danger')))
}

/** What is discarded is lost for good: the question names whose and what. */
async function askToDiscard(desk: Desk, orderId: string, what: string, text: string, go: () => Promise<void>): Promise<void> {
  const [order, author] = await Promise.all([desk.store.orders.get(orderId), desk.store.get<Technician>('technician')])
  return ask(desk.store, {
    key: `${orderId}:discard`, title: t('Discard for good?'), parts: [], submit: t('Discard'), danger: true,
    extra: make('div', {}, ...lines([what, order?.number, order?.title].filter(Boolean).join(' · '), author && t('Work of {name}.', { name: author.name }), text,
      t('Nobody in the office has read it, and nobody will.'))),
    done: async () => {
      await go()
      desk.changed()
      return undefined
    },
  })
}

function refusalCard(desk: Desk, operation: Queued, title: string): HTMLElement {
  const text = writtenIn(operation)
  return make('section', { class: 'f-part f-warning' }, make('h2', {}, `${operationWord(operation.type)} · ${title}`),
    ...lines(operation.message ?? operation.code, text),
    make('div', { class: 'f-row' },
      ...(text && operation.type !== 'order.note' ? [button(t('Send it as a note'), () => void sendAsNote(desk.store, desk.tools, operation).then(desk.changed), 'f-main')] : []),
      ...(text ? [button(t('Copy the text'), () => void navigator.clipboard.writeText(text))] : []),
      button(t('Discard'), () => void askToDiscard(desk, operation.order_id, operationWord(operation.type), text, () => discard(desk.store, operation)), 'f-danger')))
}

function conflictCard(desk: Desk, operation: Queued, title: string): HTMLElement {
  const mine = textsOf(operation)
  const theirs = operation.current?.fields ?? {}
  const picks: Record<string, Pick1> = {}
  const choices = (operation.conflicting_fields ?? []).map((name) => {
    picks[name] = 'mine'
    const choice = (pick: Pick1, who: string, text: string | null | undefined) => {
      const input = make('input', { type: 'radio', name: `${operation.id}-${name}`, value: pick })
      input.checked = pick === 'mine'
      input.addEventListener('change', () => { picks[name] = pick })
      return make('label', { class: 'f-choice' }, input, make('span', {}, make('strong', {}, who), make('br'), text || '–'))
    }
    return make('fieldset', {}, make('legend', {}, fieldWord(name)), choice('mine', t('Mine'), mine[name]),
      choice('theirs', operation.current?.changed_by || t('Theirs'), theirs[name]))
  })
  return make('section', { class: 'f-part f-warning' }, make('h2', {}, title),
    make('p', {}, t('Somebody changed the same text while you were away. Choose what to keep.')), ...choices,
    button(t('Keep this choice'), () => void decide(desk.store, desk.tools, operation, picks).then(desk.changed), 'f-main'))
}
