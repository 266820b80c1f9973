/** Offers to put the application on the home screen: a browser may clear what an unused page kept, never an installed one. */
import { make } from '../shared/dom'
import { t } from '../shared/i18n'

/** What Chromium fires when it would install the page; no other browser knows it. */
interface InstallEvent extends Event { prompt(): Promise<unknown> }

const DISMISSED = 'field-install-dismissed'

/** Show the hint in `place` unless the application is installed or the hint was dismissed before. */
export function offerInstallation(storage: Storage, place: HTMLElement | null): void {
  if (!place || isInstalled()) return
  const show = (install?: InstallEvent): void => {
    if (!storage.getItem(DISMISSED)) place.replaceChildren(hint(storage, place, install))
  }
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    show(event as InstallEvent)
  })
  window.addEventListener('appinstalled', () => place.replaceChildren())
  show()
}

function hint(storage: Storage, place: HTMLElement, install?: InstallEvent): HTMLElement {
  const now = make('button', { type: 'button', class: 'f-button f-main' }, t('Install'))
  now.addEventListener('click', () => void install?.prompt())
  const later = make('button', { type: 'button', class: 'f-button' }, t('Not now'))
  later.addEventListener('click', () => {
    storage.setItem(DISMISSED, 'yes')
    place.replaceChildren()
  })
  return make('aside', { class: 'f-install', 'aria-label': t('Install') },
    make('p', {}, install
      ? t('Put this application on the home screen: then nothing it keeps is cleared.')
      : t('Put this application on the home screen with the menu of the browser: then nothing it keeps is cleared.')),
    make('div', { class: 'f-row' }, ...(install ? [now] : []), later))
}

function isInstalled(): boolean {
  return window.matchMedia('(display-mode: standalone)').matches || ('standalone' in navigator && navigator.standalone === true)
}
