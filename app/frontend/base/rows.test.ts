import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRows, startRowsFromThePage } from './rows'

const press = (target: Element | null, name: string) =>
  target?.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }))

describe('a list driven by the keyboard', () => {
  beforeAll(startRowsFromThePage)
  beforeEach(() => {
    document.body.innerHTML = `<main><input id="q"><div tabindex="0"><table data-rows>
      <thead><tr><th><input type="checkbox" id="all"></th></tr></thead>
      <tbody><tr><td><a href="/a" id="a">a</a></td></tr><tr><td><a href="/b" id="b">b</a></td></tr></tbody></table></div></main>`
    startRows(document)
  })

  it('is entered by the arrows when nothing has the focus', () => {
    press(document.body, 'ArrowDown')
    expect(document.activeElement?.id).toBe('a')
    press(document.activeElement, 'ArrowDown')
    expect(document.activeElement?.id).toBe('b')
  })

  it('is entered from the box that chooses all rows', () => {
    press(document.querySelector('#all'), 'ArrowDown')
    expect(document.activeElement?.id).toBe('a')
  })

  it('stays closed to arrows meant for a field or an open dialog', () => {
    press(document.querySelector('#q'), 'ArrowDown')
    expect(document.activeElement?.id).not.toBe('a')
    document.body.insertAdjacentHTML('beforeend', '<dialog open></dialog>')
    press(document.body, 'ArrowDown')
    expect(document.activeElement?.id).not.toBe('a')
  })
})
