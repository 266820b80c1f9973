/** Light and dark: the switch in the head of the page; early.js applies it before drawing. */
import { csrfToken } from '../shared/dom'

export function startTheme(): void {
  const root = document.documentElement
  const button = document.querySelector<HTMLElement>('[data-theme-switch]')
  button?.addEventListener('click', () => {
    const next = root.dataset.bsTheme === 'dark' ? 'light' : 'dark'
    apply(next)
    root.dataset.theme = next
    try {
      localStorage.setItem('theme', next)
    } catch { /* the server keeps it too */ }
    if (button.dataset.url) {
      const body = new URLSearchParams({ theme: next })
      void fetch(button.dataset.url, { method: 'POST', body, headers: { 'X-CSRF-Token': csrfToken() }, redirect: 'manual' })
    }
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
    if (root.dataset.theme === 'auto' && !localStorage.getItem('theme')) apply(event.matches ? 'dark' : 'light')
  })
}

function apply(theme: string): void {
  document.documentElement.dataset.bsTheme = theme
  document.dispatchEvent(new CustomEvent('theme:change'))
}
