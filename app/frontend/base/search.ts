/** The search box of every page: suggestions while typing, arrows to choose, Enter to open. */
import { t } from '../shared/i18n'

const WAIT_MS = 160

export function startSearch(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-search]')
  const input = form?.querySelector<HTMLInputElement>('input[type="search"]')
  const panel = form?.querySelector<HTMLElement>('[data-results]')
  const source = form?.dataset.suggest
  if (!form || !input || !panel || !source) return
  let timer = 0
  let running: AbortController | undefined
  const close = () => { panel.hidden = true }
  input.addEventListener('input', () => {
    window.clearTimeout(timer)
    running?.abort()
    const query = input.value.trim()
    if (query.length < 2) return close()
    timer = window.setTimeout(() => {
      running = new AbortController()
      void suggest(source, query, panel, running.signal)
    }, WAIT_MS)
  })
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return panel.hidden ? input.blur() : close()
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const links = [...panel.querySelectorAll<HTMLAnchorElement>('a[href]')]
      const index = links.indexOf(document.activeElement as HTMLAnchorElement) + (event.key === 'ArrowDown' ? 1 : -1)
      event.preventDefault()
      if (index < 0) input.focus()
      else links[Math.min(index, links.length - 1)]?.focus()
    }
  })
  form.addEventListener('focusout', (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) window.setTimeout(close, 150)
  })
}

async function suggest(source: string, query: string, panel: HTMLElement, signal: AbortSignal): Promise<void> {
  const url = new URL(source, location.href)
  url.searchParams.set('q', query)
  try {
    const response = await fetch(url, { signal, headers: { 'HX-Request': 'true' } })
    if (!response.ok) return
    const html = (await response.text()).trim()
    if (html) panel.innerHTML = html
    else panel.textContent = t('Nothing found')
    panel.hidden = false
  } catch { /* replaced by the next keystroke, or no network: the box still submits */ }
}
