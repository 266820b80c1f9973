/** Completing `@name` in a text: colleagues are suggested while typing, chosen with arrows and Enter. */
import { fresh, make } from '../shared/dom'
import { t } from '../shared/i18n'

interface Person { value: string; text: string; hint: string }

const PAUSE_MS = 150
let lists = 0

/** What is being typed after an @ before the caret, or nothing. */
export function mentionAt(text: string, caret: number): string | undefined {
  return /(?:^|[^\w.@+-])@([\w.+-]{1,60})$/.exec(text.slice(0, caret))?.[1]
}

/** The text with the mention before the caret completed, and where the caret goes. */
export function completed(text: string, caret: number, handle: string): { text: string; caret: number } {
  const start = caret - (mentionAt(text, caret)?.length ?? 0)
  const before = `${text.slice(0, start)}${handle} `
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length }
}

export function startMentions(root: ParentNode): void {
  for (const box of fresh<HTMLTextAreaElement>(root, 'textarea[data-mentions]')) suggest(box)
}

function suggest(box: HTMLTextAreaElement): void {
  const list = make('ul', { class: 'mention-list', role: 'listbox', id: `mentions-${++lists}`, 'aria-label': t('Colleagues') })
  list.hidden = true
  box.after(list)
  box.setAttribute('aria-controls', list.id)
  let at = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const close = () => {
    list.hidden = true
    box.removeAttribute('aria-activedescendant')
  }
  const point = (index: number) => {
    const options = [...list.children]
    at = (index + options.length) % options.length
    options.forEach((option, i) => option.setAttribute('aria-selected', String(i === at)))
    box.setAttribute('aria-activedescendant', options[at]?.id ?? '')
  }
  const choose = (handle: string) => {
    const done = completed(box.value, box.selectionStart, handle)
    box.value = done.text
    box.setSelectionRange(done.caret, done.caret)
    box.dispatchEvent(new Event('input', { bubbles: true }))
    close()
    box.focus()
  }
  const show = (people: Person[]) => {
    list.replaceChildren(...people.map((person, i) => {
      const option = make('li', { role: 'option', id: `${list.id}-${i}`, 'data-handle': person.value }, person.text, ' ', make('span', { class: 'text-secondary' }, `@${person.value}`))
      option.addEventListener('mousedown', (event) => {
        event.preventDefault()
        choose(person.value)
      })
      return option
    }))
    list.hidden = people.length === 0
    if (people.length) point(0)
  }
  const ask = async (typed: string) => {
    const answer = await fetch(`${box.dataset.mentions ?? ''}?q=${encodeURIComponent(typed)}`, { headers: { Accept: 'application/json' } })
    if (!answer.ok) return close()
    const people = (await answer.json()) as Person[]
    if (mentionAt(box.value, box.selectionStart) === typed) show(people)
  }

  box.addEventListener('input', () => {
    clearTimeout(timer)
    const typed = mentionAt(box.value, box.selectionStart)
    if (!typed) return close()
    timer = setTimeout(() => void ask(typed).catch(close), PAUSE_MS)
  })
  box.addEventListener('keydown', (event) => {
    if (list.hidden) return
    if (event.key === 'ArrowDown') point(at + 1)
    else if (event.key === 'ArrowUp') point(at - 1)
    else if (event.key === 'Enter' || event.key === 'Tab') choose((list.children[at] as HTMLElement).dataset.handle ?? '')
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  box.addEventListener('blur', close)
}
