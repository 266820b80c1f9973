/** What is said of those who share the tablet: that work of theirs waits, and nothing more. */
import { make } from '../shared/dom'
import { type Account, firstName } from '../shared/field_book'
import { t } from '../shared/i18n'
import { lines } from './parts'

/** One line for each colleague whose unsent work is on this device. */
export function sealedParts(others: Account[]): HTMLElement[] {
  return others.filter(({ unsent }) => unsent > 0).map((account) => {
    const name = firstName(account)
    return make('section', { class: 'f-part', 'data-sealed': '' },
      ...lines(t('Work of {name} waits on this tablet to be sent: {count}. It leaves when {name} signs in here.', { name, count: account.unsent })))
  })
}

/** What is shown while nobody's day is open. */
export function closedView(others: Account[]): HTMLElement {
  return make('div', {}, ...sealedParts(others),
    make('div', { class: 'f-empty' }, make('p', {}, t('Nobody is signed in on this tablet.')), make('p', {}, t('Sign in to see your day.'))))
}
