/** Signing in again in place, so that an expired session costs nobody what they typed. */
import { openDialog } from './dialogs'

const STALE_MS = 5 * 60 * 1000

let waiting: (() => void)[] = []
let lastContact = Date.now()

/** Note that the server just answered us as signed in. */
export function noteContact(): void {
  lastContact = Date.now()
}

/** Ask to sign in again; then do what was interrupted. */
export function signInAgain(then: () => void): void {
  waiting.push(then)
  const dialog = document.querySelector<HTMLDialogElement>('[data-sign-in-again]')
  if (!dialog) return location.reload()
  if (dialog.open) return
  openDialog(dialog)
  const closed = new AbortController()
  dialog.addEventListener('cancel', () => { waiting = [] }, { once: true })
  dialog.addEventListener('close', () => { closed.abort() }, { once: true })
  window.addEventListener('focus', () => { void lookAgain(dialog) }, { signal: closed.signal })
  void loadForm(dialog, signInAddress())
}

/** Somebody who signed in on another page comes back to this one. */
async function lookAgain(dialog: HTMLDialogElement): Promise<void> {
  if (await check()) await loadForm(dialog, signInAddress())
}

function signInAddress(): string {
  return document.body.dataset.signIn ?? '/sign-in'
}

async function loadForm(dialog: HTMLDialogElement, address: string, request?: RequestInit): Promise<void> {
  const place = dialog.querySelector('[data-sign-in-form]')
  const response = await fetch(address, { credentials: 'same-origin', ...request }).catch(() => undefined)
  if (!response) return
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const form = page.querySelector<HTMLFormElement>('form[data-sign-in]')
  if (!form) return resume(dialog, page)
  const message = page.querySelector('.notice-danger')
  place?.replaceChildren(...[message, form, wayElsewhere(page)].filter((part) => part !== null))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const action = form.getAttribute('action') ?? address
    void loadForm(dialog, action, { method: 'POST', body: new URLSearchParams(entries(form)) })
  })
  const empty = [...form.querySelectorAll<HTMLInputElement>('input:not([type="hidden"])')].find((input) => !input.value)
  empty?.focus()
}

/** The way through the organisation's sign-in service, which opens beside this page and leaves it as it is. */
function wayElsewhere(page: Document): HTMLAnchorElement | null {
  const way = page.querySelector<HTMLAnchorElement>('a[data-elsewhere]')
  if (way) Object.assign(way, { href: way.dataset.elsewhere, target: '_blank' })
  return way
}

function entries(form: HTMLFormElement): [string, string][] {
  return [...new FormData(form)].map(([name, value]) => [name, String(value)])
}

function resume(dialog: HTMLDialogElement, page: Document): void {
  const token = page.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content
  // Somebody else signed in: this page shows what that person may not see.
  if (page.body.dataset.user !== document.body.dataset.user) return location.reload()
  if (token) renewToken(document, token)
  dialog.close()
  noteContact()
  const todo = waiting
  waiting = []
  for (const step of todo) step()
}

/** Put a new CSRF token everywhere the old one stood. */
export function renewToken(root: Document, token: string): void {
  root.querySelector('meta[name="csrf-token"]')?.setAttribute('content', token)
  for (const input of root.querySelectorAll<HTMLInputElement>('input[name="csrf_token"]')) input.value = token
}

/** Before an ordinary form is sent from a page that was left alone for long, make sure of the session. */
export function guardForms(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || form.method !== 'post' || event.defaultPrevented) return
    if (isOwn(form) || Date.now() - lastContact < STALE_MS) return
    event.preventDefault()
    const again = () => form.requestSubmit(event.submitter)
    void check().then((isSignedIn) => (isSignedIn ? again() : signInAgain(again)))
  })
}

function isOwn(form: HTMLFormElement): boolean {
  return form.hasAttribute('data-sign-in') || form.closest('[data-sign-in-again]') !== null
    || [...form.attributes].some(({ name }) => /^(data-)?hx-(post|put|patch|delete)$/.test(name))
}

async function check(): Promise<boolean> {
  if (!document.body.dataset.user) return true
  try {
    const response = await fetch(location.href, { method: 'HEAD', redirect: 'manual' })
    const isSignedIn = response.type !== 'opaqueredirect' && response.status !== 401
    if (isSignedIn) noteContact()
    return isSignedIn
  } catch {
    return true
  }
}
