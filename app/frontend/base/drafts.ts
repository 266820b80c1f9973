/** What is typed is never lost: drafts per form and person on this device, and a question before leaving. */
import { fresh, make } from '../shared/dom'
import { formatDateTime } from '../shared/format'
import { t } from '../shared/i18n'
import { askBefore } from './dialogs'

const MARK = 'draft:'
const LEFT = 'drafts-left-by'
const KEEP_MS = 14 * 24 * 3600 * 1000
const LEFT_OUT = new Set(['password', 'file', 'hidden', 'submit', 'button', 'reset'])

export type Values = Record<string, string[]>
export interface Draft { savedAt: number, base: Values, values: Values }

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

function controls(form: HTMLFormElement): Control[] {
  return [...form.elements].filter((element): element is Control =>
    (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement)
    && Boolean(element.name) && !LEFT_OUT.has(element.type) && !element.closest('[data-no-draft]'))
}

/** Read what a form holds now, by field name. */
export function valuesOf(form: HTMLFormElement): Values {
  const values: Values = {}
  for (const control of controls(form)) {
    const list = (values[control.name] ??= [])
    if (control instanceof HTMLInputElement && ['checkbox', 'radio'].includes(control.type)) {
      if (control.checked) list.push(control.value)
    } else if (control instanceof HTMLSelectElement) {
      list.push(...[...control.selectedOptions].map((option) => option.value))
    } else {
      list.push(control.value)
    }
  }
  return values
}

/** Write values back into a form; fields the form no longer has are ignored. */
export function fill(form: HTMLFormElement, values: Values): void {
  const used = new Map<string, number>()
  const filled: Control[] = []
  for (const control of controls(form)) {
    const wanted = values[control.name]
    if (!wanted) continue
    if (control instanceof HTMLInputElement && ['checkbox', 'radio'].includes(control.type)) {
      control.checked = wanted.includes(control.value)
    } else if (control instanceof HTMLSelectElement) {
      for (const option of control.options) option.selected = wanted.includes(option.value)
    } else {
      const index = used.get(control.name) ?? 0
      control.value = wanted[index] ?? ''
      used.set(control.name, index + 1)
    }
    filled.push(control)
  }
  // On a new page, the rest of it (htmx too) listens only when this script is through.
  window.setTimeout(() => {
    for (const control of filled) control.dispatchEvent(new Event('draft:fill', { bubbles: true }))
  })
}

/** Write into choices that came after the page what a draft kept for them; return what still waits for its choice. */
export function fillLate(form: HTMLFormElement, waiting: Values): Values {
  const left = { ...waiting }
  for (const control of controls(form)) {
    if (!(control instanceof HTMLInputElement) || !['checkbox', 'radio'].includes(control.type)) continue
    if (!left[control.name]?.includes(control.value)) continue
    left[control.name] = left[control.name]!.filter((value) => value !== control.value)
    if (control.checked) continue
    control.checked = true
    control.dispatchEvent(new Event('draft:fill', { bubbles: true }))
  }
  return Object.fromEntries(Object.entries(left).filter(([, values]) => values.length))
}

/** Return the values for which the form shows no field yet. */
function missing(form: HTMLFormElement, values: Values): Values {
  const names = new Set(controls(form).map((control) => control.name))
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)))
}

export function same(a: Values, b: Values): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => (a[name] ?? []).join('\u0000') === (b[name] ?? []).join('\u0000'))
}

/** Drafts in the storage of this device, separated by person. */
export class DraftStore {
  private isCleared = false

  constructor(private readonly storage: Storage, private readonly user: string, private readonly now: () => number) {}

  private name(key: string): string {
    return `${MARK}${this.user}:${key}`
  }

  read(key: string): Draft | undefined {
    try {
      const draft = JSON.parse(this.storage.getItem(this.name(key)) ?? 'null') as Draft | null
      if (draft && this.now() - draft.savedAt < KEEP_MS) return draft
    } catch { /* a damaged draft is no draft */ }
    return undefined
  }

  write(key: string, base: Values, values: Values): void {
    if (this.isCleared) return
    try {
      if (same(base, values)) this.storage.removeItem(this.name(key))
      else this.storage.setItem(this.name(key), JSON.stringify({ savedAt: this.now(), base, values }))
    } catch { /* a full storage must not stop anybody from typing */ }
  }

  remove(key: string): void {
    try {
      this.storage.removeItem(this.name(key))
    } catch { /* as above */ }
  }

  /** Tell how many forms this person began and did not send. */
  count(): number {
    return draftsIn(this.storage).filter((name) => name.startsWith(this.name(''))).length
  }

  /** Erase what this person began, for good: nothing is kept after it, on no page they have open. */
  clear(): void {
    this.close()
    for (const name of draftsIn(this.storage)) if (name.startsWith(this.name(''))) this.storage.removeItem(name)
    this.storage.setItem(LEFT, this.user)
    this.storage.removeItem(LEFT)
  }

  /** Keep nothing any more. */
  close(): void {
    this.isCleared = true
  }

  /** Tell whether another page of this person erased everything. */
  isLeftBy(event: StorageEvent): boolean {
    return event.key === LEFT && event.newValue === this.user
  }
}

function draftsIn(storage: Storage): string[] {
  return Object.keys(storage).filter((name) => name.startsWith(MARK))
}

/** Erase what anybody left on this device more than two weeks ago. */
export function forgetOld(storage: Storage, now: number): void {
  for (const name of draftsIn(storage)) {
    const [, user, ...key] = name.split(':')
    if (!new DraftStore(storage, user ?? '', () => now).read(key.join(':'))) storage.removeItem(name)
  }
}

const SENT = 'drafts-sent'

/** Note that a form is on its way, so that the next page can tell whether it arrived. */
export function noteSent(session: Storage, key: string): void {
  session.setItem(SENT, key)
}

/** On a new page: erase the draft that was sent, unless this page is its refusal or a failure. */
export function settleSent(session: Storage, store: DraftStore, page: ParentNode): void {
  const key = session.getItem(SENT)
  if (!key) return
  session.removeItem(SENT)
  const form = page.querySelector(`form[data-draft="${CSS.escape(key)}"]`)
  const refused = form?.querySelector('[data-error-summary]') || page.querySelector('.failure, form[data-sign-in]')
  if (!refused) store.remove(key)
}

export function startDrafts(onPage: (enhance: (root: ParentNode) => void) => void): void {
  const store = new DraftStore(localStorage, document.body.dataset.user ?? 'nobody', Date.now)
  settleSent(sessionStorage, store, document)
  forgetOld(localStorage, Date.now())
  const watched = new Map<HTMLFormElement, Watch>()
  let hasLeft = false
  const unsent = () => hasLeft ? [] : [...watched].filter(([form, watch]) => form.isConnected && watch.isDirty()).map(([, watch]) => watch)
  onPage((root) => {
    for (const [form, watch] of watched) if (form.isConnected) watch.fillLate()
    for (const form of fresh<HTMLFormElement>(root, 'form[data-draft]')) {
      // The same form again, in the page it was sent from, is the answer.
      if (form.dataset.draft === sessionStorage.getItem(SENT)) settleSent(sessionStorage, store, form.parentElement ?? document)
      watched.set(form, watch(form, store))
    }
  })
  window.addEventListener('beforeunload', (event) => {
    if (unsent().length) event.preventDefault()
  })
  // The last keys before leaving have not waited long enough to be kept yet.
  const saveAll = () => {
    for (const one of unsent()) one.save()
  }
  window.addEventListener('pagehide', saveAll)
  window.addEventListener('storage', (event) => {
    if (!store.isLeftBy(event)) return
    hasLeft = true
    store.close()
  })
  // Nothing of a person stays on the device they sign out of.
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || !form.matches('[data-sign-out]') || hasLeft) return
    saveAll()
    const count = store.count()
    const leave = () => {
      hasLeft = true
      store.clear()
    }
    if (!count || !(event.submitter instanceof HTMLButtonElement)) return leave()
    event.preventDefault()
    askBefore(t('Forms begun and not sent, on this device: {count}. Signing out erases them.', { count }), event.submitter, () => {
      leave()
      form.requestSubmit()
    })
  })
}

interface Watch { isDirty: () => boolean, save: () => void, fillLate: () => void }

function watch(form: HTMLFormElement, store: DraftStore): Watch {
  const key = form.dataset.draft ?? ''
  const refused = form.querySelector('[data-error-summary]') !== null
  const base = valuesOf(form)
  let leaving = false
  let timer = 0
  const draft = store.read(key)
  let waiting: Values = {}
  const put = (values: Values) => {
    waiting = missing(form, values)
    fill(form, values)
  }
  if (draft && !refused && !same(draft.values, base)) offer(form, draft, base, put, () => store.remove(key))
  const save = () => store.write(key, base, valuesOf(form))
  form.addEventListener('input', () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(save, 400)
  })
  form.addEventListener('change', (event) => {
    // What somebody chooses now counts more than what they had chosen then.
    if (event.isTrusted) waiting = {}
    save()
  })
  form.addEventListener('submit', () => {
    window.clearTimeout(timer)
    save()
    leaving = true
    noteSent(sessionStorage, key)
  })
  form.addEventListener('draft:kept', () => {
    leaving = false
    sessionStorage.removeItem(SENT)
  })
  form.querySelector('[data-leave]')?.addEventListener('click', () => {
    leaving = true
    store.remove(key)
  })
  return {
    isDirty: () => !leaving && (refused || !same(base, valuesOf(form))),
    save,
    fillLate: () => { waiting = fillLate(form, waiting) },
  }
}

function offer(form: HTMLFormElement, draft: Draft, base: Values, put: (values: Values) => void, forget: () => void): void {
  const when = formatDateTime(new Date(draft.savedAt))
  const notice = make('div', { class: 'draft-notice', role: 'status' })
  const discard = make('button', { type: 'button' }, t('Discard the draft'))
  discard.addEventListener('click', () => {
    put(base)
    forget()
    notice.remove()
  })
  if (same(draft.base, base)) {
    put(draft.values)
    notice.append(make('span', {}, t('What you typed on {when} is back.', { when })), discard)
  } else {
    const restore = make('button', { type: 'button' }, t('Put it back'))
    restore.addEventListener('click', () => {
      put(draft.values)
      restore.remove()
    })
    notice.append(make('span', {}, t('You have a draft of {when}, but the record has changed since.', { when })), restore, discard)
  }
  form.prepend(notice)
  form.closest('details')?.setAttribute('open', '')
}
