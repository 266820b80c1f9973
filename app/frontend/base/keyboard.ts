/**
 * The keys of a page: `/`, `?`, `g` then a letter, and whatever elements declare with data-shortcut.
 *
 * The character counts, not the place of the key: on Belgian keyboards `/` and `?` need Shift.
 */
import { isTyping, make } from '../shared/dom'
import { t } from '../shared/i18n'

const SEQUENCE_MS = 1500

export interface Key { key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean }

/** The name under which a key press is looked up; empty when a modifier makes it somebody else's. */
export function nameOf(event: Key): string {
  if (event.altKey) return ''
  if (event.ctrlKey || event.metaKey) return event.key === 'Enter' ? 'mod+enter' : ''
  if (event.key.length > 1) return event.key.toLowerCase()
  const isLetter = event.key.toLowerCase() !== event.key.toUpperCase()
  return isLetter && event.shiftKey ? '' : event.key.toLowerCase()
}

/** Remembers `g` for a moment, so that the next letter means a place. */
export class Sequence {
  private openUntil = 0

  /** Return the full name of what was typed: `g t`, `n`, or empty while waiting for the second key. */
  push(name: string, now: number): string {
    const isSecond = now < this.openUntil
    this.openUntil = 0
    if (isSecond) return `g ${name}`
    if (name !== 'g') return name
    this.openUntil = now + SEQUENCE_MS
    return ''
  }
}

function visible(element: HTMLElement): boolean {
  return element.getClientRects().length > 0 || Boolean(element.dataset.go)
}

function find(selector: string): HTMLElement | undefined {
  const dialog = document.querySelector<HTMLDialogElement>('dialog[open]:not([data-keys])')
  return [...(dialog ?? document).querySelectorAll<HTMLElement>(selector)].find(visible)
}

function lettersAreOn(): boolean {
  return document.body.dataset.letterKeys !== 'off'
}

/** Do what a key stands for; tell whether something was done. */
export function act(name: string): boolean {
  if (!name || name === 'mod+enter') return false
  if (name.length === 1 || name.startsWith('g ')) {
    if (!lettersAreOn()) return false
  }
  const place = name.startsWith('g ') ? name.slice(2) : ''
  const element = place ? find(`[data-go="${CSS.escape(place)}"]`) : find(`[data-shortcut="${CSS.escape(name)}"]`)
  if (!element) return false
  // The list of keys names what the page behind it answers to: it makes way.
  document.querySelector<HTMLDialogElement>('dialog[data-keys][open]')?.close()
  if (element.hasAttribute('data-shortcut-focus')) element.focus()
  else element.click()
  return true
}

function submitAround(target: EventTarget | null): boolean {
  const form = target instanceof Element ? target.closest('form') : null
  if (!form || form.getAttribute('role') === 'search') return false
  form.requestSubmit()
  return true
}

/** Listen to the keys of the whole page. */
export function startKeyboard(): void {
  const sequence = new Sequence()
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return
    const name = nameOf(event)
    if (name === 'mod+enter') {
      if (submitAround(event.target)) event.preventDefault()
      return
    }
    if (!name || isTyping(event.target)) return
    if (act(sequence.push(name, event.timeStamp))) event.preventDefault()
  })
  document.querySelector('[data-keys]')?.addEventListener('sheet:open', listKeys)
}

interface Listed { keys: string[], label: string }

/** Gather what the present page answers to. */
export function keysOf(root: ParentNode): Listed[] {
  const listed: Listed[] = []
  for (const element of root.querySelectorAll<HTMLElement>('[data-shortcut]')) {
    const key = element.dataset.shortcut ?? ''
    if (key && visible(element)) listed.push({ keys: [key], label: element.dataset.shortcutLabel || element.textContent?.trim() || key })
  }
  for (const element of root.querySelectorAll<HTMLElement>('[data-go]')) {
    listed.push({ keys: ['g', element.dataset.go ?? ''], label: element.dataset.goLabel || element.textContent?.trim() || '' })
  }
  return listed
}

function listKeys(): void {
  const place = document.querySelector('[data-keys-list]')
  if (!place) return
  const fixed: Listed[] = [
    { keys: ['Ctrl', 'Enter'], label: t('Save the form') },
    { keys: ['↑', '↓'], label: t('Move between rows') },
    { keys: ['Enter'], label: t('Open the row') },
    { keys: ['Esc'], label: t('Close or go back') },
  ]
  const rows = [...keysOf(document), ...fixed].map(({ keys, label }) =>
    make('li', {}, make('span', {}, label), make('span', {}, ...keys.flatMap((key, index) =>
      index ? [' ', make('kbd', {}, key)] : [make('kbd', {}, key)]))))
  place.replaceChildren(make('ul', { class: 'key-list' }, ...rows))
}
