/** Dialogs opened by `data-open`, closed by `data-close`, Escape, or a click beside them. */

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
