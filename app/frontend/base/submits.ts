/** A second click on "Save" while the first is on its way does nothing. */

const FORGET_MS = 15_000

export function startSubmits(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || form.method !== 'post' || event.defaultPrevented) return
    if (form.hasAttribute('aria-busy')) return event.preventDefault()
    form.setAttribute('aria-busy', 'true')
    window.setTimeout(() => form.removeAttribute('aria-busy'), FORGET_MS)
  })
  // Coming back with the browser's button finds a form that can be sent again.
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[aria-busy]')) form.removeAttribute('aria-busy')
  })
}

/** A form sent by htmx stays on the page: its next sending is another call. */
export function renewKey(element: Element): void {
  const form = element.closest('form')
  const key = form?.querySelector<HTMLInputElement>('input[name="form_key"]')
  if (key) key.value = crypto.randomUUID()
}
