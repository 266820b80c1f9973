import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { offerInstallation } from './install'
import { FieldStore } from './store'

let store: FieldStore
let place: HTMLElement

beforeEach(() => {
  store = new FieldStore(`install-${Math.random()}`)
  place = document.createElement('div')
})

describe('the hint to install', () => {
  it('is shown, and stays away once dismissed', async () => {
    offerInstallation(store, place)
    await vi.waitFor(() => expect(place.textContent).toContain('home screen'))
    place.querySelector('button')?.click()
    await vi.waitFor(() => expect(place.childElementCount).toBe(0))
    offerInstallation(store, place)
    expect(await store.get('install_dismissed')).toBe(true)
    expect(place.childElementCount).toBe(0)
  })

  it('installs where the browser offers it', async () => {
    offerInstallation(store, place)
    const event = Object.assign(new Event('beforeinstallprompt'), { prompt: vi.fn(async () => undefined) })
    window.dispatchEvent(event)
    await vi.waitFor(() => expect(place.querySelectorAll('button')).toHaveLength(2))
    place.querySelector('button')?.click()
    expect(event.prompt).toHaveBeenCalledOnce()
  })
})
