/**
 * Cards moved between lanes by dragging. A card (`data-drag`) carries the form that moves it (`form[data-move]`); a lane
 * (`data-drop="value"`) gives the value of its last field. What dragging does, Alt with an
 * arrow does too, and the card keeps the focus on the page that follows.
 */
import { fresh } from '../shared/dom'

let dragged: HTMLElement | undefined
const MOVED = 'board-moved'

export function startBoard(root: ParentNode): void {
  for (const card of fresh<HTMLElement>(root, '[data-drag]')) {
    card.draggable = true
    card.addEventListener('dragstart', (event) => {
      dragged = card
      event.dataTransfer?.setData('text/plain', card.dataset.drag ?? '')
      card.classList.add('is-dragged')
    })
    card.addEventListener('dragend', () => {
      dragged = undefined
      card.classList.remove('is-dragged')
    })
  }
  for (const lane of fresh<HTMLElement>(root, '[data-drop]')) {
    acceptCards(lane)
    lane.addEventListener('keydown', (event) => moveByKey(lane, event))
  }
  const moved = sessionStorage.getItem(MOVED)
  sessionStorage.removeItem(MOVED)
  if (moved) document.querySelector<HTMLElement>(`[data-drop] [data-drag="${CSS.escape(moved)}"]`)?.focus()
}

/** Alt with an arrow puts the card that has the focus into the lane beside. */
function moveByKey(lane: HTMLElement, event: KeyboardEvent): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
  const card = (event.target as HTMLElement).closest<HTMLElement>('[data-drag]')
  if (!step || !event.altKey || !card) return
  const lanes = [...document.querySelectorAll<HTMLElement>('[data-drop]')]
  const beside = lanes[lanes.indexOf(lane) + step]
  event.preventDefault()
  if (beside) moveTo(card, beside.dataset.drop ?? '')
}

function acceptCards(lane: HTMLElement): void {
  lane.addEventListener('dragover', (event) => {
    if (!dragged) return
    event.preventDefault()
    lane.classList.add('is-over')
  })
  for (const name of ['dragleave', 'drop']) lane.addEventListener(name, () => lane.classList.remove('is-over'))
  lane.addEventListener('drop', (event) => {
    if (!dragged || lane.contains(dragged)) return
    event.preventDefault()
    moveTo(dragged, lane.dataset.drop ?? '')
  })
}

/** Send the form of a card with the value of the lane it was put into. */
export function moveTo(card: HTMLElement, value: string): void {
  const form = card.querySelector<HTMLFormElement>('form[data-move]')
  const field = form?.querySelector<HTMLInputElement>('input[type="hidden"]:last-of-type')
  if (!form || !field) return
  field.value = value
  sessionStorage.setItem(MOVED, card.dataset.drag ?? '')
  form.requestSubmit()
}
