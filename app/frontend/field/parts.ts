/** The pieces every screen of the tablet is made of. */
import { make } from '../shared/dom'

type Content = Node | string

export function button(label: string, onClick: () => void, kind = ''): HTMLButtonElement {
  const element = make('button', { type: 'button', class: `f-button ${kind}`.trim() }, label)
  element.addEventListener('click', onClick)
  return element
}

/** A framed part of a page under its own heading. */
export function part(title: string, ...content: Content[]): HTMLElement {
  return make('section', { class: 'f-part' }, make('h2', {}, title), ...content)
}

/** A paragraph for each text there is. */
export function lines(...texts: (string | null | undefined | false)[]): HTMLElement[] {
  return texts.filter((text): text is string => Boolean(text)).map((text) => make('p', {}, text))
}
