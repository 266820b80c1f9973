import { beforeEach, describe, expect, it, vi } from 'vitest'
import { offerInstallation } from './install'

let place: HTMLElement

beforeEach(() => {
  localStorage.clear()
  place = document.createElement('div')
})

describe('the hint to install', () => {
  it('is shown, and stays away once dismissed', async () => {
    offerInstallation(localStorage, place)
    await vi.waitFor(() => expect(place.textContent).toContain('home screen'))
    place.querySelector('button')?.click()
    await vi.waitFor(() => expect(place.childElementCount).toBe(0))
    offerInstallation(localStorage, place)
    expect(place.childElementCount).toBe(0)
  })

  it('installs where the browser offers it', async () => {
    offerInstallation(localStorage, place)
    const event = Object.assign(new Event('beforeinstallprompt'), { prompt: vi.fn(async () => undefined) })
    window.dispatchEvent(event)
    await vi.waitFor(() => expect(place.querySelectorAll('button')).toHaveLength(2))
    place.querySelector('button')?.click()
    expect(event.prompt).toHaveBeenCalledOnce()
  })
})
