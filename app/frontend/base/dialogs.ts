/** Dialogs opened by `data-open`, closed by `data-close`, Escape, or a click beside them. */
import { make } from '../shared/dom'
import { t } from '../shared/i18n'

export function openDialog(dialog: HTMLDialogElement): void {
  if (dialog.open) return
  dialog.dispatchEvent(new CustomEvent('sheet:open'))
  dialog.showModal()
}

export function startDialogs(): void {
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return
    const opener = event.target.closest<HTMLElement>('[data-open]')
    const dialog = opener && document.getElementById(opener.dataset.open ?? '')
    if (dialog instanceof HTMLDialogElement) openDialog(dialog)
    if (event.target.closest('[data-close]')) event.target.closest('dialog')?.close()
    if (event.target instanceof HTMLDialogElement && isBeside(event.target, event)
      && !event.target.hasAttribute('data-sign-in-again')) event.target.close()
  })
}

function isBeside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect()
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom
}

/** Ask before a button does what it says; `go` is called when the answer is yes. */
export function askBefore(question: string, button: HTMLButtonElement, go: () => void): void {
  const yes = make('button', { type: 'button', class: button.className.replace('btn-sm', '') }, button.textContent ?? '')
  const no = make('button', { type: 'button', class: 'btn btn-ghost-secondary' }, t('Cancel'))
  const body = make('div', { class: 'sheet-body' }, make('p', {}, question), yes, ' ', no)
  const dialog = make('dialog', { class: 'sheet sheet-small', 'aria-label': question }, body)
  no.addEventListener('click', () => dialog.close())
  yes.addEventListener('click', () => {
    dialog.close()
    go()
  })
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
