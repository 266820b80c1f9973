/** Signing out, on the tablet's page or any page of the office: the same question, and the day leaves the device. */
import type { Account } from '../shared/field_book'
import type { Day } from './contract'
import { Device } from './device'
import { countDrafts } from './leaving'
import { countUnsent, FieldStore, total } from './store'

export interface Left { unsent: number, drafts: number }

/** What who leaves should know first: how much stays sealed on the device, how much is erased. */
export async function countLeft(account: Account): Promise<Left> {
  const store = new FieldStore(account.database, account.id)
  const left = { unsent: total(await countUnsent(store)), drafts: await countDrafts(store) }
  store.close()
  return left
}

/** Close the day from a page of the office; what was begun is erased for its owner only. */
export async function closeDay(storage: Storage, user: string | undefined): Promise<void> {
  const device = new Device(storage)
  await device.start()
  await device.seal(device.here()?.account_id === user)
}

const OWED = 'field-sign-out'

/** Remember that somebody left without network: their session ends as soon as there is one. */
export function oweSignOut(storage: Storage, id: string): void {
  storage.setItem(OWED, id)
}

/** End the session of who left, with a fresh proof; nobody who came since is signed out. Throws without network. */
export async function paySignOut(storage: Storage, dayUrl: string, outUrl: string, send: typeof fetch = (...request) => fetch(...request)): Promise<void> {
  const owed = storage.getItem(OWED)
  if (!owed) return
  const response = await send(dayUrl, { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
  if (response.status >= 500 || response.status === 429) throw new TypeError('later')
  const day = response.ok && !response.redirected ? (await response.json()) as Day : undefined
  if (day?.technician.id === owed) {
    const body = new URLSearchParams({ csrf_token: day.csrf_token ?? '' })
    await send(outUrl, { method: 'POST', credentials: 'same-origin', body })
  }
  storage.removeItem(OWED)
}
