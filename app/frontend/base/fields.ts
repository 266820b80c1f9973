/** Behaviour of single fields: counters, files by drag and paste, forms sent on change, searchable selects. */
import { fresh, make } from '../shared/dom'
import { formatNumber } from '../shared/format'
import { t } from '../shared/i18n'

export function startFields(root: ParentNode): void {
  for (const box of fresh<HTMLTextAreaElement>(root, 'textarea[data-counter]')) countDown(box)
  for (const drop of fresh<HTMLElement>(root, '[data-file-drop]')) acceptFiles(drop)
  for (const control of fresh<HTMLInputElement>(root, '[data-submit]')) {
    control.addEventListener('change', () => control.form?.requestSubmit())
  }
  for (const summary of fresh<HTMLElement>(root, '[data-error-summary]')) focusSummary(summary)
  const selects = [...fresh<HTMLSelectElement>(root, 'select[data-select]')]
  if (selects.length) void import('./selects').then(({ enhanceSelect }) => selects.forEach(enhanceSelect))
}

function countDown(box: HTMLTextAreaElement): void {
  const left = make('p', { class: 'counter', 'aria-live': 'polite' })
  const update = () => {
    left.textContent = t('{count} characters left', { count: formatNumber(box.maxLength - box.value.length, 0) })
  }
  box.after(left)
  box.addEventListener('input', update)
  box.addEventListener('draft:fill', update)
  update()
}

/** "Fill in this field" four times over helps nobody: each line of a summary begins with what its field is called. */
export function nameFields(summary: HTMLElement): void {
  for (const link of summary.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    const id = CSS.escape(decodeURIComponent(link.hash.slice(1)))
    const label = document.querySelector(`label[for="${id}"], fieldset#${id} > legend`)?.firstChild?.textContent?.trim()
    if (label && !link.textContent?.startsWith(label)) link.prepend(`${label} – `)
  }
}

function focusSummary(summary: HTMLElement): void {
  nameFields(summary)
  summary.focus()
  summary.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)))
    if (!field) return
    event.preventDefault()
    const control = field.matches('fieldset') ? field.querySelector<HTMLElement>('input') : field
    const shown = control?.closest('.form-field')?.querySelector<HTMLElement>('.ts-control input')
    ;(shown ?? control)?.focus()
    field.closest('.form-field')?.scrollIntoView({ block: 'center' })
  })
}

export function acceptFiles(drop: HTMLElement): void {
  const input = drop.querySelector<HTMLInputElement>('input[type="file"]')
  const camera = drop.querySelector<HTMLInputElement>('[data-camera]')
  const list = drop.querySelector<HTMLElement>('[data-file-list]')
  if (!input || !list) return
  const add = (files: Iterable<File>) => {
    const all = new DataTransfer()
    const present = input.multiple ? [...(input.files ?? [])] : []
    for (const file of [...present, ...files]) all.items.add(file)
    input.files = all.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }
  input.addEventListener('change', () => {
    const folded = drop.closest('details')
    if (folded) folded.open = true
    list.replaceChildren(...[...(input.files ?? [])].map((file) => make('li', { class: 'tag' }, file.name)))
  })
  camera?.addEventListener('change', () => add(camera.files ?? []))
  camera?.parentElement?.removeAttribute('hidden')
  // What is dragged or pasted anywhere on the panel is meant for it, also while its form is folded.
  const target = drop.closest<HTMLElement>('[data-file-target]')
  const dropped = target ?? drop
  dropped.addEventListener('dragover', (event) => {
    event.preventDefault()
    drop.classList.add('is-over')
    dropped.classList.add('is-over')
  })
  for (const name of ['dragleave', 'drop']) {
    dropped.addEventListener(name, () => [drop, dropped].forEach((one) => one.classList.remove('is-over')))
  }
  dropped.addEventListener('drop', (event) => {
    event.preventDefault()
    if (event.dataTransfer?.files.length) add(event.dataTransfer.files)
  })
  ;(target ?? drop.closest('form'))?.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length) {
      event.preventDefault()
      add(files)
    }
  })
}
