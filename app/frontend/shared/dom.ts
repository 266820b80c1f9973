/** Small helpers for enhancing a page that the server made. */

type Enhancer = (root: ParentNode) => void
const enhancers: Enhancer[] = []

/** Run a function now and again after every htmx swap; it must skip what it has seen (`firstTime`). */
export function onContent(enhance: Enhancer): void {
  enhancers.push(enhance)
  enhance(document)
}

/** Run every registered enhancer over a part of the page. */
export function enhanceAll(root: ParentNode = document): void {
  for (const enhance of enhancers) enhance(root)
}

const seen = new WeakMap<Element, Set<string>>()

/** Tell whether an element meets a behaviour for the first time, and remember it. */
export function firstTime(element: Element, behaviour: string): boolean {
  const behaviours = seen.get(element) ?? new Set()
  if (behaviours.has(behaviour)) return false
  seen.set(element, behaviours.add(behaviour))
  return true
}

/** Every element that matches, once per behaviour. */
export function* fresh<T extends HTMLElement>(root: ParentNode, selector: string): Generator<T> {
  for (const element of root.querySelectorAll<T>(selector)) {
    if (firstTime(element, selector)) yield element
  }
}

/** Make an element; children that are strings become text, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string> = {}, ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** Tell whether somebody is typing there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('[contenteditable="true"]')) return true
  if (target instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color', 'image'].includes(target.type)
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/** The CSRF token of the page. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? ''
}
