import { beforeEach, describe, expect, it } from 'vitest'
import { startBulk } from './bulk'

const boxes = () => [...document.querySelectorAll<HTMLInputElement>('input[name=selected]')]
const all = () => document.querySelector<HTMLInputElement>('[data-bulk-all]')!
const button = () => document.querySelector<HTMLButtonElement>('form button')!

function tick(box: HTMLInputElement, checked = true): void {
  box.checked = checked
  box.dispatchEvent(new Event('change', { bubbles: true }))
}

beforeEach(() => {
  document.body.innerHTML = `<table><thead><tr><th></th></tr></thead><tbody>
    <tr><td><input type="checkbox" name="selected" value="1" form="f"></td></tr>
    <tr><td><input type="checkbox" name="selected" value="2" form="f"></td></tr></tbody></table>
    <form id="f" data-bulk><button type="submit">Archive</button></form>`
  startBulk()
})

describe('rows of a list', () => {
  it('cannot be acted on before one is chosen', () => {
    expect(button().disabled).toBe(true)
    tick(boxes()[0]!)
    expect(button().disabled).toBe(false)
    expect(document.querySelector('[data-bulk-count]')?.textContent).toBe('1 chosen')
  })

  it('are chosen all at once, and one by one again', () => {
    tick(all())
    expect(boxes().every((box) => box.checked)).toBe(true)
    tick(boxes()[1]!, false)
    expect([all().checked, all().indeterminate]).toEqual([false, true])
  })

  it('keep one box for all of them when the list is swapped', () => {
    startBulk()
    startBulk()
    expect(document.querySelectorAll('[data-bulk-all]').length).toBe(1)
  })
})
