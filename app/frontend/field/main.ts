/** The technicians' application: the day on the tablet, also without network. */
import '../styles/field.css'
import { make } from '../shared/dom'
import { BOOK, readBook } from '../shared/field_book'
import { formatTime } from '../shared/format'
import { t } from '../shared/i18n'
import type { Desk } from './actions'
import type { Lookups, Operation } from './contract'
import { Device } from './device'
import { ask } from './forms'
import { offerInstallation } from './install'
import { problemView } from './problems'
import { closedView, leaveWords, sealedParts } from './sealed'
import { countLeft, oweSignOut, paySignOut } from './sign_out'
import { announcedPhotos, countUnsent, type FieldStore, NOTHING, total } from './store'
import { hasUnsent, type Outcome, Sync, watch } from './sync'
import { clockWarning, dayView, goneView, orderView } from './views'

const shell = document.querySelector<HTMLElement>('[data-field]')
if (shell) void open(shell)

/** A random identifier; the order of operations is kept by the queue, not by the identifier. */
function newId(): string {
  return crypto.randomUUID()
}

async function open(root: HTMLElement): Promise<void> {
  const device = new Device(localStorage)
  await device.start()
  const { dayUrl = '', operationsUrl = '', photoUrl = '', workerUrl, signInUrl = '/sign-in' } = root.dataset
  const sync = new Sync(device, { day: dayUrl, operations: operationsUrl, photo: photoUrl }, newId)
  const tools = { id: newId, now: () => new Date() }
  const view = root.querySelector<HTMLElement>('[data-view]') ?? root
  const state = root.querySelector<HTMLElement>('[data-sync]')
  const outForm = root.querySelector<HTMLFormElement>('form[data-sign-out]')
  let outcome: Outcome = navigator.onLine ? 'done' : 'offline'
  let isBusy = false
  const changed = (): void => {
    void render()
    void flush()
  }

  async function flush(): Promise<void> {
    const { store } = device
    isBusy = true
    await showState()
    outcome = await paySignOut(localStorage, dayUrl, outForm?.action ?? '').then(() => sync.run(), () => 'offline' as const)
    isBusy = false
    if (store && device.store !== store) closeAll(view)
    await render()
  }

  async function render(): Promise<void> {
    const { store } = device
    if (!store) {
      view.replaceChildren(...(outcome === 'done' ? [] : [closedView(device.others())]))
      return showState()
    }
    const [orders, queue, sent, lookups, photos] = await Promise.all([
      store.orders.toArray(), store.queue.orderBy('seq').toArray(), byTime(store), store.get<Lookups>('lookups'), announcedPhotos(store),
    ])
    // Somebody else came while it was read.
    if (device.store !== store) return
    const desk: Desk = { store, tools, lookups: lookups ?? {}, sent, changed }
    // What is being typed stays under the fingers; the page is drawn again when the field is left.
    if (isTyping(view)) return showState()
    const [page, id] = location.hash.slice(1).split('/')
    // The hint to install belongs to the day: an order is read, not advertised on.
    root.querySelector<HTMLElement>('[data-install]')?.toggleAttribute('hidden', page === 'order')
    const order = page === 'order' ? orders.find((candidate) => candidate.id === id) : undefined
    const isGone = page === 'order' && !order && orders.length > 0
    // The order went away under the eyes of who reads it: what is said of it stands on top.
    const scroll = isGone && view.querySelector('article') ? 0 : window.scrollY
    view.replaceChildren(...clockWarning(sync.behind), ...sealedParts(device.others()), ...(isGone ? [goneView()] : []), order ? orderView(desk, order, queue, photos)
      : page === 'unsent' ? problemView(desk, orders, queue, photos) : dayView(desk, orders, queue))
    window.scrollTo(0, scroll)
    await showState()
  }

  async function showState(): Promise<void> {
    const { store } = device
    const counts = store ? await countUnsent(store) : NOTHING
    const unsent = total(counts)
    const problems = counts.conflicts + counts.refused
    const waiting = unsent - problems
    const at = await store?.get<string>('generated_at')
    await device.count()
    const isOffline = outcome === 'offline' && !isBusy
    const text = isBusy ? t('Sending…') : store || isOffline ? unsentWords(waiting, problems, isOffline) : ''
    const message = store || outcome !== 'signed_out' ? messageOf(outcome, at, unsent > 0) : ''
    const link = make('a', { href: '#unsent', class: `f-state${unsent ? ' f-unsent' : ''}` }, text)
    const word = waiting ? t('Send now') : t('Refresh')
    // On a phone what can always be done is a sign; what should be done is a word.
    const send = make('button', { type: 'button', class: `f-button${waiting ? '' : ' f-quiet'}`, 'aria-label': word, title: word },
      make('span', { 'aria-hidden': 'true' }, waiting ? '' : '↻ '), make('span', {}, word))
    send.addEventListener('click', () => void flush())
    const signIn = outcome === 'signed_out' ? [make('a', { class: 'f-button f-main', href: `${signInUrl}?next=${encodeURIComponent(location.pathname + location.hash)}` }, t('Sign in'))] : []
    state?.replaceChildren(...(text ? [link] : []), make('span', { class: 'f-message' }, message), ...signIn, send)
    state?.classList.toggle('f-trouble', problems > 0)
    state?.parentElement?.classList.toggle('f-offline', isOffline)
    outForm?.toggleAttribute('hidden', !store)
  }

  async function leave(): Promise<void> {
    const [here, { store }] = [device.here(), device]
    if (!here || !store) return
    const go = async (): Promise<undefined> => {
      closeAll(view)
      oweSignOut(localStorage, here.id)
      await device.seal(true)
      await flush()
      if (outcome === 'signed_out') location.assign(signInUrl)
      return undefined
    }
    const question = leaveWords(here, await countLeft(here))
    if (!question) return void go()
    return ask(store, { key: 'sign-out', title: t('Sign out'), parts: [], submit: t('Sign out'), danger: true, extra: make('p', {}, question), done: go })
  }

  outForm?.addEventListener('submit', (event) => {
    event.preventDefault()
    void leave()
  })
  view.addEventListener('focusout', () => window.setTimeout(() => void render()))
  window.addEventListener('offline', () => {
    outcome = 'offline'
    void showState()
  })
  window.addEventListener('hashchange', () => {
    window.scrollTo(0, 0)
    void render()
  })
  window.addEventListener('beforeunload', (event) => { if (isBusy) event.preventDefault() })
  // Another page of this device opened or closed a day: this one shows no other.
  window.addEventListener('storage', ({ key }) => {
    if (key === BOOK && readBook(localStorage).find(({ is_here }) => is_here)?.id !== device.store?.owner) location.reload()
  })
  await render()
  watch(() => void flush(), async () => device.store ? hasUnsent(device.store) : false)
  await keepForGood()
  offerInstallation(localStorage, root.querySelector('[data-install]'))
  if (workerUrl && 'serviceWorker' in navigator) await navigator.serviceWorker.register(workerUrl, { scope: location.pathname })
}

/** Nothing of who was here stays in view: a form that was open keeps what was typed for when they come back. */
function closeAll(view: HTMLElement): void {
  view.replaceChildren()
  for (const dialog of document.querySelectorAll<HTMLDialogElement>('dialog.f-dialog')) dialog.close()
  history.replaceState(null, '', location.pathname)
}

/** What waits for the network and what waits for a person are not the same. */
function unsentWords(waiting: number, problems: number, isOffline: boolean): string {
  const words = [waiting && t('{count} not yet sent', { count: waiting }), problems && t('{count} not accepted', { count: problems })]
  return words.filter(Boolean).join(' · ') || (isOffline ? t('No network') : t('All sent'))
}

function messageOf(outcome: Outcome, at: string | undefined, hasUnsentWork: boolean): string {
  const since = at ? t('as of {time}', { time: formatTime(new Date(at)) }) : ''
  return {
    done: since, offline: [hasUnsentWork && t('No network'), since].filter(Boolean).join(', '), later: t('The server does not answer; trying again.'),
    signed_out: t('Sign in to send.'), other_person: since,
  }[outcome]
}

/** What was accepted, in the order in which it was done. */
function byTime(store: FieldStore): Promise<Operation[]> {
  return store.sent.toArray().then((sent) => sent.sort((a, b) => a.made_at.localeCompare(b.made_at)))
}

function isTyping(view: HTMLElement): boolean {
  const active = document.activeElement
  return active instanceof HTMLInputElement && active.type === 'text' && view.contains(active)
}

/** Ask the browser not to clear our storage when space runs short. */
async function keepForGood(): Promise<void> {
  try {
    await navigator.storage?.persist?.()
  } catch { /* it decides; the counter says what is at stake */ }
}

