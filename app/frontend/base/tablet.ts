/** Signing out of the office closes the day this browser keeps for a technician, with the question the tablet asks. */
import type { Left } from '../field/sign_out'
import { type Account, firstName, readBook } from '../shared/field_book'
import { t } from '../shared/i18n'
import { askBefore } from './dialogs'

/** The words of the tablet, for pages that carry the texts of the office. */
function leaveWords(account: Account, { unsent, drafts }: Left): string {
  return [
    unsent && t('Not sent from this tablet: {count}. It stays here, sealed, and leaves when {name} signs in again.', { count: unsent, name: firstName(account) }),
    drafts && t('Forms begun and not sent, on this device: {count}. Signing out erases them.', { count: drafts }),
  ].filter(Boolean).join(' ')
}

type SignOut = typeof import('../field/sign_out')

export function startLeaving(load: () => Promise<SignOut> = () => import('../field/sign_out'), page: Document | HTMLElement = document): void {
  let isAnswered = false
  page.addEventListener('submit', (event: Event) => {
    const { target: form, submitter } = event as SubmitEvent
    if (isAnswered || !(form instanceof HTMLFormElement) || !form.matches('[data-sign-out]')) return
    const user = document.body.dataset.user
    const accounts = readBook(localStorage)
    const account = accounts.find(({ account_id }) => account_id === user) ?? accounts.find(({ is_here }) => is_here)
    if (!account) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const leave = (): void => {
      isAnswered = true
      form.requestSubmit(submitter)
    }
    // Without the script the session still ends; the tablet learns it when it next asks for its day.
    load().then(async ({ closeDay, countLeft }) => {
      const { unsent, drafts } = await countLeft(account)
      const question = leaveWords(account, { unsent, drafts: account.account_id === user ? drafts : 0 })
      const close = (): Promise<void> => closeDay(localStorage, user).finally(leave)
      if (question && submitter instanceof HTMLButtonElement) askBefore(question, submitter, () => void close())
      else await close()
    }).catch(leave)
  }, true)
}
