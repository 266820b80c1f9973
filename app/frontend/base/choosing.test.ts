import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startChoosing } from './choosing'

const press = (name: string) => {
  const event = new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true })
  document.querySelector('#box')?.dispatchEvent(event)
  return event.defaultPrevented
}
const chosen = () => document.querySelector<HTMLInputElement>('input:checked')?.value

describe('a box with choices', () => {
  beforeAll(startChoosing)
  beforeEach(() => {
    document.body.innerHTML = `<form><input id="box" data-choose="#found" data-choose-then="#words">
      <fieldset id="found"><input type="radio" name="kind" value="leak" checked><input type="radio" name="kind" value="gas"></fieldset>
      <textarea id="words"></textarea></form>`
    document.querySelector<HTMLElement>('#box')?.focus()
  })

  it('checks the next one with the arrows and tells whoever listens', () => {
    const heard = vi.fn()
    document.querySelector('#found')?.addEventListener('change', heard)
    expect(press('ArrowDown')).toBe(true)
    expect(chosen()).toBe('gas')
    expect(heard).toHaveBeenCalledOnce()
    press('ArrowDown')
    expect(chosen()).toBe('gas')
    press('ArrowUp')
    expect(chosen()).toBe('leak')
  })

  it('goes on with Enter and does not save', () => {
    expect(press('Enter')).toBe(true)
    expect(document.activeElement?.id).toBe('words')
  })

  it('leaves every other key alone', () => {
    expect(press('a')).toBe(false)
    expect(press('Tab')).toBe(false)
  })
})
