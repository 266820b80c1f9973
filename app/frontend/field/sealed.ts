/** What is said of those who share the tablet: that work of theirs waits, and nothing more. */
import { make } from '../shared/dom'
import { type Account, firstName } from '../shared/field_book'
import { t } from '../shared/i18n'
import { lines } from './parts'
import type { Left } from './sign_out'

/** One line for each colleague whose unsent work is on this device. */
export function sealedParts(others: Account[]): HTMLElement[] {
  return others.filter(({ unsent }) => unsent > 0).map((account) => {
    const name = firstName(account)
    return make('section', { class: 'f-part', 'data-sealed': '' },
      ...lines(t('Work of {name} waits on this tablet to be sent: {count}. It leaves when {name} signs in here.', { name, count: account.unsent })))
  })
}

/** What who signs out is asked, when there is something to ask. */
export function leaveWords(account: Account, { unsent, drafts }: Left): string {
  return [
    unsent && t('Not sent from this tablet: {count}. It stays here, sealed, and leaves when {name} signs in again.', { count: unsent, name: firstName(account) }),
    drafts && t('Forms begun and not sent, on this device: {count}. Signing out erases them.', { count: drafts }),
  ].filter(Boolean).join(' ')
}

/** What is shown while nobody's day is open. */
export function closedView(others: Account[]): HTMLElement {
  return make('div', {}, ...sealedParts(others),
    make('div', { class: 'f-empty' }, make('p', {}, t('Nobody is signed in on this tablet.')), make('p', {}, t('Sign in to see your day.'))))
}
