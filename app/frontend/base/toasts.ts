/** Short messages that go away, with an optional undo. */
import { fresh, make } from '../shared/dom'
import { t } from '../shared/i18n'

const SHOWN_MS = 7000

export type Tone = 'success' | 'info' | 'warning' | 'danger'

/** Show a message; dangers stay until they are closed. */
export function toast(content: string | Node, tone: Tone = 'info'): HTMLElement {
  const place = document.querySelector('[data-toasts]') ?? document.body
  const close = make('button', { type: 'button', class: 'toast-close', 'aria-label': t('Close') }, '×')
  const body = typeof content === 'string' ? make('span', {}, content) : content
  const card = make('div', { class: `toast-card toast-${tone}`, role: tone === 'danger' ? 'alert' : 'status' }, body, close)
  const remove = () => card.remove()
  close.addEventListener('click', remove)
  place.append(card)
  if (tone !== 'danger') {
    let timer = window.setTimeout(remove, SHOWN_MS)
    card.addEventListener('pointerenter', () => window.clearTimeout(timer))
    card.addEventListener('pointerleave', () => { timer = window.setTimeout(remove, SHOWN_MS) })
  }
  return card
}

/** Show the messages the server put into the page or into an answer. */
export function showToasts(root: ParentNode): void {
  for (const template of fresh<HTMLTemplateElement>(root, 'template[data-toast]')) {
    toast(template.content.cloneNode(true), (template.dataset.tone as Tone | undefined) ?? 'info')
    template.remove()
  }
}
