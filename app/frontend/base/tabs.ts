/**
 * Tabs: arrows move, the address remembers, a part with an address is fetched when first shown. Those
 * one row does not hold are folded behind a button; going to one of them with a key opens it.
 */
import { fresh } from '../shared/dom'

export function startTabs(root: ParentNode): void {
  for (const tabs of fresh<HTMLElement>(root, '[data-tabs]')) {
    const buttons = [...tabs.querySelectorAll<HTMLButtonElement>(':scope > .tab-row > [role="tablist"] > [role="tab"]')]
    for (const button of buttons) button.addEventListener('click', () => show(buttons, button, true))
    tabs.querySelector('[role="tablist"]')?.addEventListener('keydown', (event) => move(buttons, event as KeyboardEvent))
    const named = () => buttons.find((button) => `#${button.getAttribute('aria-controls')}` === location.hash)
    const wanted = named()
    if (wanted) show(buttons, wanted, false)
    startFolding(tabs, buttons)
    // A figure at the head of the sheet leads to the part it counts.
    window.addEventListener('hashchange', () => {
      const led = named()
      if (led) show(buttons, led, false)
      led?.focus()
    })
  }
}

function startFolding(tabs: HTMLElement, buttons: HTMLButtonElement[]): void {
  const list = tabs.querySelector<HTMLElement>('[role="tablist"]')
  const more = tabs.querySelector<HTMLButtonElement>('[data-tabs-more]')
  if (!list || !more) return
  let isOpen = false
  const below = (button: HTMLElement) => button.offsetTop > (buttons[0]?.offsetTop ?? 0)
  const fold = () => {
    list.classList.remove('is-folded')
    more.hidden = true
    more.hidden = !buttons.some(below)
    // The part one reads keeps its tab in sight.
    const isShown = isOpen || buttons.some((one) => one.getAttribute('aria-selected') === 'true' && below(one))
    list.classList.toggle('is-folded', !more.hidden && !isShown)
    more.setAttribute('aria-expanded', String(isShown))
    list.scrollTop = 0
  }
  more.addEventListener('click', () => {
    isOpen = more.getAttribute('aria-expanded') === 'false'
    fold()
  })
  // Not while the mouse is down: what it presses would move from under it.
  list.addEventListener('focusin', (event) => (event.target as Element).matches(':focus-visible') && fold())
  list.addEventListener('click', fold)
  window.addEventListener('resize', fold)
  fold()
}

function panelOf(button: Element): HTMLElement | null {
  return document.getElementById(button.getAttribute('aria-controls') ?? '')
}

function show(buttons: HTMLButtonElement[], chosen: HTMLButtonElement, remember: boolean): void {
  for (const button of buttons) {
    const isChosen = button === chosen
    button.setAttribute('aria-selected', String(isChosen))
    button.tabIndex = isChosen ? 0 : -1
    panelOf(button)?.toggleAttribute('hidden', !isChosen)
  }
  const panel = panelOf(chosen)
  // After htmx has looked at the page, so that a part named in the address is fetched too.
  window.setTimeout(() => panel?.dispatchEvent(new CustomEvent('tab:show')))
  if (remember && panel) history.replaceState(history.state, '', `#${panel.id}`)
}

function move(buttons: HTMLButtonElement[], event: KeyboardEvent): void {
  const index = buttons.indexOf(document.activeElement as HTMLButtonElement)
  const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: buttons.length - 1 }[event.key]
  if (index < 0 || next === undefined) return
  const button = buttons[(next + buttons.length) % buttons.length]
  if (!button) return
  event.preventDefault()
  show(buttons, button, true)
  button.focus()
}
