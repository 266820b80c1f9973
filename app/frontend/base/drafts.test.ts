import { beforeEach, describe, expect, it, vi } from 'vitest'
import { DraftStore, fill, fillLate, forgetOld, noteSent, same, settleSent, startDrafts, valuesOf } from './drafts'

const FORM = `<form data-draft="ticket-new">
  <input type="hidden" name="csrf_token" value="t"><input name="phone" value="1"><input type="password" name="secret" value="x">
  <textarea name="text"></textarea><input type="checkbox" name="pets" value="dog" checked><input type="checkbox" name="pets" value="cat">
  <input type="radio" name="when" value="am"><input type="radio" name="when" value="pm" checked>
  <select name="kind"><option value="a" selected>A</option><option value="b">B</option></select></form>`

function form(): HTMLFormElement {
  document.body.innerHTML = FORM
  return document.querySelector('form') as HTMLFormElement
}

describe('the values of a form', () => {
  it('leave out tokens and passwords', () => {
    expect(valuesOf(form())).toEqual({ phone: ['1'], text: [''], pets: ['dog'], when: ['pm'], kind: ['a'] })
  })

  it('come back as they were', () => {
    const values = { phone: ['0470'], text: ['Water'], pets: ['cat'], when: ['am'], kind: ['b'] }
    const target = form()
    fill(target, values)
    expect(valuesOf(target)).toEqual(values)
  })

  it('ignore fields that are gone', () => {
    const target = form()
    fill(target, { old: ['x'], phone: ['2'] })
    expect(valuesOf(target).phone).toEqual(['2'])
  })

  it('choose what only arrives after the page, once and unless another choice was kept', () => {
    const target = form()
    const heard: string[] = []
    target.addEventListener('draft:fill', (event) => heard.push((event.target as HTMLInputElement).value))
    const radio = (value: string) => `<input type="radio" name="about" value="${value}">`
    expect(fillLate(target, { about: ['leak'] })).toEqual({ about: ['leak'] })
    target.insertAdjacentHTML('beforeend', radio('lift') + radio('leak'))
    expect(fillLate(target, { about: ['leak'] })).toEqual({})
    expect([valuesOf(target).about, heard]).toEqual([['leak'], ['leak']])
  })

  it('an empty list equals none', () => {
    expect(same({ a: [] }, {})).toBe(true)
    expect(same({ a: ['1'] }, { a: ['2'] })).toBe(false)
  })
})

describe('a draft', () => {
  let now = 1_000
  const store = (user: string) => new DraftStore(localStorage, user, () => now)
  beforeEach(() => {
    localStorage.clear()
    sessionStorage.clear()
    now = 1_000
  })

  it('belongs to one person', () => {
    store('ann').write('k', {}, { text: ['x'] })
    expect(store('ann').read('k')?.values).toEqual({ text: ['x'] })
    expect(store('bob').read('k')).toBeUndefined()
  })

  it('disappears when the form is back to what it was', () => {
    store('ann').write('k', { text: ['a'] }, { text: ['b'] })
    store('ann').write('k', { text: ['a'] }, { text: ['a'] })
    expect(store('ann').read('k')).toBeUndefined()
  })

  it('is erased with all others of the person, and none is kept after that', () => {
    store('ann').write('k', {}, { text: ['x'] })
    store('ann').write('ticket:1', {}, { text: ['y'] })
    store('bob').write('k', {}, { text: ['z'] })
    const ann = store('ann')
    expect(ann.count()).toBe(2)
    ann.clear()
    ann.write('k', {}, { text: ['late'] })
    expect([ann.count(), store('bob').count()]).toEqual([0, 1])
  })

  it('is kept by no other page of who left', () => {
    const other = store('ann')
    const told = (key: string, newValue: string | null) => other.isLeftBy(new StorageEvent('storage', { key, newValue }))
    expect([told('drafts-left-by', 'ann'), told('drafts-left-by', 'bob'), told('draft:ann:k', 'ann')]).toEqual([true, false, false])
    other.close()
    other.write('k', {}, { text: ['late'] })
    expect(store('ann').count()).toBe(0)
  })

  it('of anybody goes from the device after two weeks, read or not', () => {
    localStorage.setItem('theme', 'dark')
    store('ann').write('ticket:1', {}, { text: ['x'] })
    forgetOld(localStorage, now + 13 * 24 * 3600 * 1000)
    expect(store('ann').count()).toBe(1)
    forgetOld(localStorage, now + 15 * 24 * 3600 * 1000)
    expect(Object.keys(localStorage)).toEqual(['theme'])
  })

  it('is forgotten after two weeks', () => {
    store('ann').write('k', {}, { text: ['x'] })
    now += 15 * 24 * 3600 * 1000
    expect(store('ann').read('k')).toBeUndefined()
  })

  it('chooses in a list that comes after the page, until somebody chooses', () => {
    const choice = '<label><input type="radio" name="about" value="lift" checked><input type="radio" name="about" value="leak"></label>'
    const page = '<form data-draft="call"><input name="words" value=""></form>'
    document.body.innerHTML = page
    store('nobody').write('call', { words: [''] }, { words: ['water'], about: ['leak'] })
    vi.setSystemTime(now)
    let enhance: (root: ParentNode) => void = () => undefined
    startDrafts((take) => { enhance = take })
    enhance(document)
    const target = document.querySelector('form') as HTMLFormElement
    for (const turn of [1, 2]) {
      target.querySelector('label')?.remove()
      target.insertAdjacentHTML('beforeend', choice)
      enhance(document)
      expect(valuesOf(target).about).toEqual(turn === 1 ? ['leak'] : ['lift'])
    }
    vi.useRealTimers()
  })

  it('survives damaged storage', () => {
    localStorage.setItem('draft:ann:k', '{broken')
    expect(store('ann').read('k')).toBeUndefined()
  })

  it('is erased once the form was accepted', () => {
    store('ann').write('ticket-new', {}, { text: ['x'] })
    noteSent(sessionStorage, 'ticket-new')
    document.body.innerHTML = '<main>Saved</main>'
    settleSent(sessionStorage, store('ann'), document)
    expect(store('ann').read('ticket-new')).toBeUndefined()
  })

  it.each([
    ['accepted', '', ''], ['refused', '<div data-error-summary></div>', 'Hello'],
  ])('of a form that stays in its page is settled when it was %s', (_name, said, left) => {
    const form = (inside = '', text = '') => `<form data-draft="comment">${inside}<textarea name="text">${text}</textarea></form>`
    let enhance: (root: ParentNode) => void = () => undefined
    document.body.innerHTML = form()
    startDrafts((take) => { enhance = take })
    enhance(document)
    const area = () => document.querySelector('textarea') as HTMLTextAreaElement
    area().value = 'Hello'
    area().form?.dispatchEvent(new Event('submit'))
    document.body.innerHTML = form(said, left)
    enhance(document)
    expect(area().value).toBe(left)
    expect(Boolean(store('nobody').read('comment'))).toBe(left !== '')
  })

  it('stays when sending failed, also on the next page', () => {
    document.body.innerHTML = '<form data-draft="comment"><textarea name="text"></textarea></form>'
    startDrafts((enhance) => enhance(document))
    const form = document.querySelector('form') as HTMLFormElement
    form.querySelector('textarea')!.value = 'Hello'
    form.dispatchEvent(new Event('submit'))
    form.dispatchEvent(new Event('draft:kept'))
    document.body.innerHTML = '<main>Elsewhere</main>'
    settleSent(sessionStorage, store('nobody'), document)
    expect(store('nobody').read('comment')).toBeDefined()
  })

  it.each([
    ['refused', '<form data-draft="ticket-new"><div data-error-summary></div></form>'],
    ['failed', '<div class="failure"></div>'],
    ['signed out', '<form data-sign-in></form>'],
  ])('stays when the answer was: %s', (_name, page) => {
    store('ann').write('ticket-new', {}, { text: ['x'] })
    noteSent(sessionStorage, 'ticket-new')
    document.body.innerHTML = page
    settleSent(sessionStorage, store('ann'), document)
    expect(store('ann').read('ticket-new')).toBeDefined()
  })
})
