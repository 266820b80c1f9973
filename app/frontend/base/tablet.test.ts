// @vitest-environment happy-dom
import 'fake-indexeddb/auto'
import { Dexie } from 'dexie'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Device } from '../field/device'
import { enqueue, takeDay } from '../field/queue'
import { readBook } from '../shared/field_book'
import { startLeaving } from './tablet'

const order = { id: 'o1', version: 1, number: 'WO-1', title: 'Leak', status: 'planned', location: {}, fields: {} }
const ilse = { id: 'ilse', account_id: 'u1', name: 'Ilse Claes', locale: 'nl' }
const tools = { id: () => crypto.randomUUID(), now: () => new Date() }
let submitted: number

/** Sign out of an office page with what the tablet holds. */
async function signOut(user: string, load?: Parameters<typeof startLeaving>[0]): Promise<void> {
  document.body.dataset.user = user
  document.body.innerHTML = '<main><form data-sign-out><button>Sign out</button></form></main>'
  startLeaving(load, document.querySelector('main')!)
  document.querySelector('form')!.addEventListener('submit', (event) => {
    event.preventDefault()
    submitted += 1
  })
  document.querySelector('button')!.click()
}

async function work(): Promise<Device> {
  const device = new Device(localStorage)
  await device.start()
  await device.take(ilse)
  await takeDay(device.store!, { generated_at: '2026-03-02T06:00:00Z', technician: ilse, orders: [order] })
  return device
}

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockReturnValue()
  for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name)
  localStorage.clear()
  submitted = 0
})

const dialog = () => document.querySelector<HTMLElement>('dialog')
const answer = (name: string) => [...dialog()!.querySelectorAll('button')].find(({ textContent }) => textContent === name)!.click()

describe('signing out of the office', () => {
  it('just does so where no tablet keeps anything', async () => {
    await signOut('u1')
    expect(submitted).toBe(1)
  })

  it('takes the day along when all is sent', async () => {
    await work()
    await signOut('u1')
    await vi.waitFor(() => expect(submitted).toBe(1))
    expect(await Dexie.getDatabaseNames()).toEqual([])
  })

  it('asks about unsent work first, and signs nobody out who thinks again', async () => {
    const device = await work()
    await enqueue(device.store!, tools, order, 'order.note', { text: 'x' })
    await signOut('u1')
    await vi.waitFor(() => expect(dialog()?.textContent).toContain('Not sent from this tablet: 1.'))
    answer('Cancel')
    expect(submitted).toBe(0)
    expect(readBook(localStorage)[0]?.is_here).toBe(true)
    document.querySelector('button')!.click()
    await vi.waitFor(() => expect(dialog()).not.toBeNull())
    answer('Sign out')
    await vi.waitFor(() => expect(submitted).toBe(1))
    expect(readBook(localStorage)).toMatchObject([{ id: 'ilse', unsent: 1, is_here: false }])
  })

  it('by a colleague closes the day, and erases nothing its owner began', async () => {
    const device = await work()
    await device.store!.set('draft:o1:note', { text: 'half typed' })
    await signOut('u2')
    await vi.waitFor(() => expect(submitted).toBe(1))
    await device.take(ilse)
    expect(await device.store!.get('draft:o1:note')).toEqual({ text: 'half typed' })
    expect(await device.store!.orders.count()).toBe(0)
  })

  it('is never held up by a script that does not come', async () => {
    await work()
    await signOut('u1', () => Promise.reject(new Error('no network')))
    await vi.waitFor(() => expect(submitted).toBe(1))
  })
})
