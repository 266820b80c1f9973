/** Drop-down menus and the side menu of small screens. */

function items(menu: Element): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[data-menu-list] a, [data-menu-list] button')]
}

function setOpen(menu: Element, isOpen: boolean): void {
  menu.querySelector('[data-menu-button]')?.setAttribute('aria-expanded', String(isOpen))
  menu.querySelector('[data-menu-list]')?.classList.toggle('show', isOpen)
}

function closeAll(except?: Element | null): void {
  for (const menu of document.querySelectorAll('[data-menu]')) if (menu !== except) setOpen(menu, false)
}

function isOpen(menu: Element): boolean {
  return menu.querySelector('[data-menu-list]')?.classList.contains('show') ?? false
}

/** Where one is stands in sight, however long the menu. */
function showWhereOneIs(): void {
  const nav = document.querySelector<HTMLElement>('.side-nav')
  const here = nav?.querySelector<HTMLElement>('[aria-current]')
  if (nav && here) nav.scrollTop = Math.max(0, here.offsetTop - nav.offsetTop - nav.clientHeight / 2)
}

export function startMenus(): void {
  showWhereOneIs()
  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : null
    const button = target?.closest('[data-menu-button]')
    const menu = button?.closest('[data-menu]')
    closeAll(menu)
    if (menu) setOpen(menu, !isOpen(menu))
  })
  document.addEventListener('keydown', (event) => {
    const menu = event.target instanceof Element ? event.target.closest('[data-menu]') : null
    if (!menu) return
    if (event.key === 'Escape' && isOpen(menu)) {
      setOpen(menu, false)
      menu.querySelector<HTMLElement>('[data-menu-button]')?.focus()
      event.preventDefault()
    }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(menu, true)
      const list = items(menu)
      const step = event.key === 'ArrowDown' ? 1 : -1
      const index = list.indexOf(document.activeElement as HTMLElement) + step
      list[(index + list.length) % list.length]?.focus()
      event.preventDefault()
    }
  })
  startFolds()
  startSide()
}

const FOLDS = 'details.data-table-menu[open], details[data-fold][open]'

/** Folds that open over the page close when one clicks elsewhere or presses Escape. */
function startFolds(): void {
  document.addEventListener('click', (event) => {
    for (const fold of document.querySelectorAll<HTMLDetailsElement>(FOLDS)) {
      if (!fold.contains(event.target as Node | null)) fold.open = false
    }
  })
  document.addEventListener('keydown', (event) => {
    const fold = event.key === 'Escape' && event.target instanceof Element ? event.target.closest<HTMLDetailsElement>(FOLDS) : null
    if (!fold) return
    fold.open = false
    fold.querySelector('summary')?.focus()
    event.preventDefault()
  })
}

function startSide(): void {
  const side = document.querySelector<HTMLElement>('[data-side]')
  const opener = document.querySelector<HTMLElement>('[data-side-open]')
  if (!side || !opener) return
  const set = (open: boolean) => {
    side.classList.toggle('is-open', open)
    opener.setAttribute('aria-expanded', String(open))
    if (open) side.querySelector<HTMLElement>('a')?.focus()
    else if (side.contains(document.activeElement)) opener.focus()
  }
  opener.addEventListener('click', () => set(true))
  document.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('[data-side-close]')) set(false)
  })
  side.addEventListener('keydown', (event) => { if (event.key === 'Escape') set(false) })
}
