/** Tabs: arrows move, the address remembers, a part with an address is fetched when first shown. */
import { fresh } from '../shared/dom'

export function startTabs(root: ParentNode): void {
  for (const tabs of fresh<HTMLElement>(root, '[data-tabs]')) {
    const buttons = [...tabs.querySelectorAll<HTMLButtonElement>(':scope > [role="tablist"] > [role="tab"]')]
    for (const button of buttons) button.addEventListener('click', () => show(buttons, button, true))
    tabs.querySelector('[role="tablist"]')?.addEventListener('keydown', (event) => move(buttons, event as KeyboardEvent))
    const named = () => buttons.find((button) => `#${button.getAttribute('aria-controls')}` === location.hash)
    const wanted = named()
    if (wanted) show(buttons, wanted, false)
    // A figure at the head of the sheet leads to the part it counts.
    window.addEventListener('hashchange', () => {
      const led = named()
      if (led) show(buttons, led, false)
      led?.focus()
    })
  }
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
