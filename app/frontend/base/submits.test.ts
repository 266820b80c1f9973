import { beforeEach, expect, it } from 'vitest'
import { renewKey, startSubmits } from './submits'

startSubmits()
let form: HTMLFormElement

beforeEach(() => {
  document.body.innerHTML = '<form method="post"><input name="form_key" value="old"><button>Save</button></form>'
  form = document.querySelector('form') as HTMLFormElement
})

const send = () => form.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))

it('a double click sends once', () => {
  expect(send()).toBe(true)
  expect(send()).toBe(false)
})

it('coming back allows sending again', () => {
  send()
  window.dispatchEvent(new Event('pageshow'))
  expect(send()).toBe(true)
})

it('a search may be sent as often as one likes', () => {
  form.method = 'get'
  expect(send() && send()).toBe(true)
})

it('what a script already handled is left alone', () => {
  form.addEventListener('submit', (event) => event.preventDefault())
  send()
  expect(form.hasAttribute('aria-busy')).toBe(false)
})

it('an answered form gets another key', () => {
  renewKey(form.querySelector('button') as Element)
  expect(form.querySelector('input')?.value).toMatch(/^[0-9a-f-]{36}$/)
})
