/**
 * Lists driven by the keyboard: arrows move, Enter opens the first link, a click on the row too.
 * Beside a map a click on the row shows it there; its link opens it.
 */
import { fresh } from '../shared/dom'
import { nameOf } from './keyboard'

export function startRows(root: ParentNode): void {
  for (const table of fresh<HTMLTableElement>(root, 'table[data-rows]')) {
    table.addEventListener('click', (event) => openRow(event))
    table.closest<HTMLElement>('[tabindex]')?.addEventListener('keydown', (event) => moveRow(table, event))
  }
}

/** Where nothing has the focus, as when a page opens, the arrows enter its list. */
export function startRowsFromThePage(): void {
  document.addEventListener('keydown', (event) => {
    const table = document.querySelector<HTMLTableElement>('main table[data-rows]')
    const isFree = event.target === document.body && !event.defaultPrevented && !document.querySelector('dialog[open]')
    if (table && isFree && nameOf(event).startsWith('arrow')) moveRow(table, event)
  })
}

/** In an element with data-walk the arrows move from link to link; a box with data-walk-into leads there and back. */
export function startWalk(): void {
  document.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined || !(event.target instanceof HTMLElement)) return
    const next = event.target instanceof HTMLInputElement ? wayIn(event.target, step) : neighbour(event.target, step)
    if (!next) return
    event.preventDefault()
    next.focus()
  })
}

function wayIn(box: HTMLInputElement, step: number): HTMLElement | null {
  const place = box.dataset.walkInto
  return place && step > 0 ? document.querySelector<HTMLElement>(`${place} a[href]`) : null
}

function neighbour(from: HTMLElement, step: number): HTMLElement | null {
  const place = from.closest<HTMLElement>('[data-walk]')
  if (!place) return null
  const links = [...place.querySelectorAll<HTMLElement>('a[href]')]
  const next = links[links.indexOf(from) + step]
  return next ?? (step < 0 ? document.querySelector<HTMLElement>(`[data-walk-into="#${place.id}"]`) : null)
}

function openRow(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null
  if (!target || target.closest('a, button, input, select, label, summary') || getSelection()?.toString()) return
  if (target.closest('.map-and-list')) return
  const link = target.closest('tbody tr')?.querySelector<HTMLAnchorElement>('a[href]')
  if (!link) return
  if (event.ctrlKey || event.metaKey) window.open(link.href, '_blank', 'noopener')
  else link.click()
}

function moveRow(table: HTMLTableElement, event: KeyboardEvent): void {
  if (event.target instanceof Element && event.target.closest('input:not([type="checkbox"]), select, textarea')) return
  const rows = [...table.querySelectorAll<HTMLTableRowElement>('tbody tr')]
  const current = rows.findIndex((row) => row.classList.contains('is-current'))
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step !== undefined && rows.length) {
    const next = Math.min(rows.length - 1, Math.max(0, current + step))
    rows[current]?.classList.remove('is-current')
    rows[next]?.classList.add('is-current')
    const link = rows[next]?.querySelector<HTMLAnchorElement>('a[href]')
    if (link) link.focus()
    else rows[next]?.scrollIntoView({ block: 'nearest' })
    event.preventDefault()
  }
}
