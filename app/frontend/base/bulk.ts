/** Lists with tick boxes: choose all of a page, see how many, confirm what is done to them. */
import { make } from '../shared/dom'
import { t } from '../shared/i18n'
import { askBefore } from './dialogs'

/** Bring every list up to date; the server may just have swapped its rows. */
export function startBulk(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-bulk]')) {
    offerAll(form)
    update(form)
  }
}

const boxesOf = (form: HTMLFormElement) =>
  [...form.elements].filter((e): e is HTMLInputElement => e instanceof HTMLInputElement && e.name === 'selected')

const allOf = (form: HTMLFormElement) =>
  document.querySelector<HTMLInputElement>(`input[data-bulk-all="${form.id}"]`)

function offerAll(form: HTMLFormElement): void {
  const head = boxesOf(form)[0]?.closest('table')?.querySelector('thead th')
  if (!head || allOf(form)) return
  head.replaceChildren(make('input', { type: 'checkbox', class: 'form-check-input', 'data-bulk-all': form.id, 'aria-label': t('Choose all rows of this page') }))
}

function update(form: HTMLFormElement): void {
  const boxes = boxesOf(form)
  const number = boxes.filter((box) => box.checked).length
  let count = form.querySelector('[data-bulk-count]')
  if (!count) form.prepend(count = make('span', { role: 'status', class: 'text-secondary', 'data-bulk-count': '' }))
  count.textContent = t('{count} chosen', { count: number })
  const all = allOf(form)
  if (all) {
    all.checked = number > 0 && number === boxes.length
    all.indeterminate = number > 0 && number < boxes.length
  }
  for (const button of form.querySelectorAll<HTMLButtonElement>('button[type="submit"]')) button.disabled = number === 0
}

document.addEventListener('change', (event) => {
  const box = event.target
  if (!(box instanceof HTMLInputElement)) return
  const form = box.dataset.bulkAll ? document.getElementById(box.dataset.bulkAll) : box.form
  if (!(form instanceof HTMLFormElement) || !form.matches('[data-bulk]')) return
  if (box.dataset.bulkAll) for (const one of boxesOf(form)) one.checked = box.checked
  update(form)
})

document.addEventListener('submit', (event) => {
  const button = event.submitter
  const form = event.target
  if (!(form instanceof HTMLFormElement) || !form.matches('[data-bulk]') || !(button instanceof HTMLButtonElement)) return
  const question = button.dataset.confirm
  if (!question || button.dataset.confirmed) return
  event.preventDefault()
  const count = boxesOf(form).filter((box) => box.checked).length
  askBefore(question.replace('%(count)s', String(count)), button, () => {
    button.dataset.confirmed = 'yes'
    form.requestSubmit(button)
  })
})
