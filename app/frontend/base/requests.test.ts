import { describe, expect, it } from 'vitest'
import { failureText, isWholePage, keepPlace, mayBeSwapped } from './requests'
import { renewToken } from './session'

const ERROR = `<!doctype html><html><body><div class="failure"><h1 class="failure-title">Nothing here</h1>
  <p class="failure-text">Gone.</p><p class="failure-reference">Reference <code>ab12</code></p></div></body></html>`

function context(html: string, status: number, text: string) {
  document.body.innerHTML = html
  const sourceElement = document.body.firstElementChild as HTMLElement
  return { sourceElement, text, request: { method: 'POST', action: '/x', headers: {} }, response: { status, raw: { redirected: false } as Response } }
}

describe('an answer', () => {
  it('that is a fragment is swapped, whatever its status', () => {
    expect(mayBeSwapped(context('<form></form>', 422, '<p>fragment</p>'))).toBe(true)
    expect(mayBeSwapped(context('<form></form>', 200, '<p>fragment</p>'))).toBe(true)
  })

  it('that is an error page becomes a message instead', () => {
    expect(mayBeSwapped(context('<form></form><div data-toasts></div>', 404, ERROR))).toBe(false)
    expect(document.querySelector('[data-toasts]')?.textContent).toContain('Nothing here · Gone. · Reference ab12')
  })

  it.each([
    [502, 'The server cannot be reached. What you typed is still here; try again.'],
    [413, 'The file is too large.'],
  ])('%i of a proxy in between becomes a message in our words, never a part of the page', (status, words) => {
    const page = '<html>\r\n<head><title>Nginx</title></head>\r\n<body><center><h1>Nginx</h1></center></body></html>'
    expect(mayBeSwapped(context('<form></form><div data-toasts></div>', status, page))).toBe(false)
    expect(document.querySelector('[data-toasts]')?.textContent).toContain(words)
    expect(document.querySelector('[data-toasts]')?.textContent).not.toContain('Nginx')
  })

  it('that shows the refused form inside a whole page gives only that form', () => {
    const page = '<!doctype html><html><body><nav></nav><form action="/save" class="again"><p>wrong</p></form></body></html>'
    const asked = context('<form action="/save"></form>', 422, page)
    expect(mayBeSwapped(asked)).toBe(true)
    expect(asked.text).toMatch(/^<form action="\/save" class="again">/)
  })

  it('is recognised as a whole page by its beginning', () => {
    expect(isWholePage('  <!DOCTYPE html><html>')).toBe(true)
    expect(isWholePage('<tr></tr>')).toBe(false)
  })

  it('without words still says something', () => {
    expect(failureText(new DOMParser().parseFromString('<p></p>', 'text/html'), 500)).not.toBe('')
  })
})

it('a new token goes everywhere the old one stood', () => {
  document.head.innerHTML = '<meta name="csrf-token" content="old">'
  document.body.innerHTML = '<form><input name="csrf_token" value="old"></form><form><input name="csrf_token" value="old"></form>'
  renewToken(document, 'new')
  expect(document.head.innerHTML).toContain('new')
  expect([...document.querySelectorAll('input')].map(({ value }) => value)).toEqual(['new', 'new'])
})

describe('the keyboard, once what was pressed has gone', () => {
  const pressed = (isThere: boolean) => {
    document.body.innerHTML = '<section id="list"><a href="/x" id="chip">x</a><input type="hidden"><button id="first">a</button></section>'
    const sourceElement = document.querySelector<HTMLElement>('#chip') as HTMLElement
    sourceElement.focus()
    if (!isThere) sourceElement.remove()
    const target = document.querySelector('#list') as HTMLElement
    keepPlace({ sourceElement, target, request: { method: 'GET', action: '/x', headers: {} } })
    return document.activeElement?.id
  }

  it('goes on in the same part of the page', () => {
    expect(pressed(false)).toBe('first')
  })

  it('stays where it is while that is there', () => {
    expect(pressed(true)).toBe('chip')
  })
})
