/**
 * A box with data-choose leads the choices it found: arrows check the next or the one before, Enter goes on to
 * data-choose-then and never saves.
 */
import { nameOf } from './keyboard'

const STEPS: Record<string, number> = { arrowdown: 1, arrowup: -1 }

export function startChoosing(): void {
  document.addEventListener('keydown', (event) => {
    const box = event.target
    if (!(box instanceof HTMLInputElement) || !box.dataset.choose || event.isComposing) return
    const name = nameOf(event)
    const step = STEPS[name]
    if (step) check([...document.querySelectorAll<HTMLInputElement>(`${box.dataset.choose} input[type="radio"]`)], step)
    else if (name === 'enter') document.querySelector<HTMLElement>(box.dataset.chooseThen ?? '')?.focus()
    else return
    event.preventDefault()
  })
}

function check(choices: HTMLInputElement[], step: number): void {
  const next = choices[choices.findIndex((choice) => choice.checked) + step]
  if (!next) return
  next.checked = true
  next.dispatchEvent(new Event('change', { bubbles: true }))
  next.scrollIntoView({ block: 'nearest' })
}
