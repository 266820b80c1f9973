/** Lists with tick boxes: choose all of a page, see how many, confirm what is done to them. */
import { fresh, make } from '../shared/dom'
import { t } from '../shared/i18n'

export function startBulk(root: ParentNode): void {
  for (const form of fresh<HTMLFormElement>(root, 'form[data-bulk]')) attach(form)
}

function attach(form: HTMLFormElement): void {
  const boxes = [...form.elements].filter((e): e is HTMLInputElement => e instanceof HTMLInputElement && e.name === 'selected')
  const buttons = [...form.querySelectorAll<HTMLButtonElement>('button[type="submit"]')]
  const count = make('span', { role: 'status', class: 'text-secondary' })
  const all = make('input', { type: 'checkbox', class: 'form-check-input', 'aria-label': t('Choose all rows of this page') })
  boxes[0]?.closest('table')?.querySelector('thead th')?.replaceChildren(all)
  form.prepend(count)

  const chosen = () => boxes.filter((box) => box.checked).length
  const update = () => {
    const number = chosen()
    count.textContent = t('{count} chosen', { count: number })
    all.checked = number === boxes.length
    all.indeterminate = number > 0 && number < boxes.length
    for (const button of buttons) button.disabled = number === 0
  }
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked
    update()
  })
  for (const box of boxes) box.addEventListener('change', update)
  form.addEventListener('submit', (event) => {
    const button = event.submitter as HTMLButtonElement | null
    const question = button?.dataset.confirm
    if (!question || button.dataset.confirmed) return
    event.preventDefault()
    ask(question.replace('%(count)s', String(chosen())), button)
  })
  update()
}

function ask(question: string, button: HTMLButtonElement): void {
  const yes = make('button', { type: 'button', class: button.className.replace('btn-sm', '') }, button.textContent ?? '')
  const no = make('button', { type: 'button', class: 'btn btn-ghost-secondary' }, t('Cancel'))
  const dialog = make('dialog', { class: 'sheet sheet-small', 'aria-label': question }, make('div', { class: 'sheet-body' }, make('p', {}, question), yes, ' ', no))
  no.addEventListener('click', () => dialog.close())
  yes.addEventListener('click', () => {
    dialog.close()
    button.dataset.confirmed = 'yes'
    button.form?.requestSubmit(button)
  })
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
