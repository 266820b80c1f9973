/** htmx under our rules: the CSRF header, expired sessions, errors in words, answers that are whole pages. */
import { csrfToken, enhanceAll } from '../shared/dom'
import { t } from '../shared/i18n'
import { noteContact, signInAgain } from './session'
import { renewKey } from './submits'
import { toast } from './toasts'

interface Context {
  sourceElement: HTMLElement
  sourceEvent?: Event & { submitter?: HTMLElement | null }
  target?: Element
  text?: string
  request: { method: string, action: string, headers: Record<string, string> }
  response?: { raw: Response, status: number }
}

function contextOf(event: Event): Context | undefined {
  return (event as CustomEvent<{ ctx?: Context }>).detail?.ctx
}

export function startRequests(): void {
  document.addEventListener('htmx:config:request', (event) => {
    const context = contextOf(event)
    if (context) context.request.headers['X-CSRF-Token'] = csrfToken()
  })
  document.addEventListener('htmx:before:response', (event) => {
    const context = contextOf(event)
    if (context?.response?.status !== 401) return noteContact()
    event.preventDefault()
    context.sourceElement.dispatchEvent(new CustomEvent('draft:kept', { bubbles: true }))
    signInAgain(() => repeat(context))
  })
  document.addEventListener('htmx:after:request', (event) => {
    const context = contextOf(event)
    if (!context) return
    renewKey(context.sourceElement)
    if (!mayBeSwapped(context)) event.preventDefault()
  })
  document.addEventListener('htmx:after:swap', (event) => {
    enhanceAll(document)
    keepPlace(contextOf(event))
  })
  document.addEventListener('htmx:error', (event) => {
    const context = contextOf(event)
    if (!context) return
    context.sourceElement.dispatchEvent(new CustomEvent('draft:kept', { bubbles: true }))
    toast(t('The server cannot be reached. What you typed is still here; try again.'), 'danger')
  })
}

/** When what was pressed has gone with the answer, the keyboard goes on in the same part of the page. */
export function keepPlace(context: Context | undefined): void {
  if (!context?.target || context.sourceElement.isConnected || document.activeElement !== document.body) return
  context.target.querySelector<HTMLElement>('a[href], button, input:not([type="hidden"]), select, summary')?.focus()
}

/** Send again what was interrupted. */
function repeat({ sourceElement, sourceEvent }: Context): void {
  if (sourceElement instanceof HTMLFormElement) sourceElement.requestSubmit(sourceEvent?.submitter ?? null)
  else if (!sourceEvent || sourceEvent.type === 'click') sourceElement.click()
  else sourceElement.dispatchEvent(new Event(sourceEvent.type, { bubbles: true }))
}

/** Pages of a proxy in between begin without a doctype. */
export function isWholePage(text: string): boolean {
  return /^\s*<(!doctype html|html[\s>])/i.test(text)
}

/** Decide about an answer before htmx places it; routes need not know whether htmx asked. */
export function mayBeSwapped(context: Context): boolean {
  const { response, text = '', target } = context
  if (!response || !isWholePage(text) || target === document.body) return true
  if (response.status < 400) {
    if (response.raw.redirected) location.assign(response.raw.url)
    return !response.raw.redirected
  }
  const page = new DOMParser().parseFromString(text, 'text/html')
  if (response.status === 422 && replaceBySameForm(context, page)) return true
  context.sourceElement.dispatchEvent(new CustomEvent('draft:kept', { bubbles: true }))
  toast(failureText(page, response.status), 'danger')
  return false
}

/** From a page that shows a refused form again, keep only that form. */
function replaceBySameForm(context: Context, page: Document): boolean {
  const form = context.sourceElement.closest('form')
  if (!form) return false
  const action = form.getAttribute('action')
  const again = (form.id && page.getElementById(form.id))
    || [...page.querySelectorAll('form')].find((other) => other.getAttribute('action') === action)
  if (!again) return false
  context.text = again.outerHTML
  return true
}

/** The sentences of an error page, with its reference; of a page that is not ours, what its status means. */
export function failureText(page: Document, status: number): string {
  const parts = ['.failure-title', '.failure-text', '.failure-reference']
    .map((selector) => page.querySelector(selector)?.textContent?.trim().replace(/\s+/g, ' '))
    .filter(Boolean)
  if (parts.length) return parts.join(' · ')
  if (status === 413) return t('The file is too large.')
  const isAway = status >= 502 && status <= 504
  return isAway ? t('The server cannot be reached. What you typed is still here; try again.') : t('Something went wrong on our side.')
}
