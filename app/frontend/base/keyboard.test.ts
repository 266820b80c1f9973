import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isTyping } from '../shared/dom'
import { act, type Key, keysOf, nameOf, Sequence, startKeyboard } from './keyboard'

const key = (name: string, more: Partial<Key> = {}): Key =>
  ({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })

describe('the name of a key', () => {
  it('is the character, also when a Belgian keyboard needs Shift for it', () => {
    expect(nameOf(key('/', { shiftKey: true }))).toBe('/')
    expect(nameOf(key('?', { shiftKey: true }))).toBe('?')
  })

  it('is empty for capitals and for combinations that belong to the browser', () => {
    expect(nameOf(key('N', { shiftKey: true }))).toBe('')
    expect(nameOf(key('n', { ctrlKey: true }))).toBe('')
    expect(nameOf(key('n', { metaKey: true }))).toBe('')
    expect(nameOf(key('n', { altKey: true }))).toBe('')
  })

  it('knows Ctrl+Enter and Cmd+Enter', () => {
    expect(nameOf(key('Enter', { ctrlKey: true }))).toBe('mod+enter')
    expect(nameOf(key('Enter', { metaKey: true }))).toBe('mod+enter')
  })
})

describe('a sequence', () => {
  it('joins g with the next key', () => {
    const sequence = new Sequence()
    expect(sequence.push('g', 0)).toBe('')
    expect(sequence.push('t', 900)).toBe('g t')
    expect(sequence.push('t', 1000)).toBe('t')
  })

  it('forgets g after a moment', () => {
    const sequence = new Sequence()
    sequence.push('g', 0)
    expect(sequence.push('t', 5000)).toBe('t')
  })
})

describe('keys on a page', () => {
  beforeEach(() => {
    document.body.dataset.letterKeys = 'on'
    document.body.innerHTML = `<a data-go="t" data-go-label="Tickets" href="#t">T</a>
      <button data-shortcut="n" data-go="n" data-shortcut-label="New">N</button><form><input id="name"></form>`
  })

  it('click what declares them', () => {
    const clicked = vi.fn()
    document.querySelector('a')?.addEventListener('click', clicked)
    expect(act('g t')).toBe(true)
    expect(clicked).toHaveBeenCalledOnce()
    expect(act('g x')).toBe(false)
  })

  it('act while their list is open, which makes way', () => {
    document.body.insertAdjacentHTML('beforeend', '<dialog data-keys></dialog>')
    const dialog = document.querySelector('dialog') as HTMLDialogElement
    dialog.showModal()
    const clicked = vi.fn()
    document.querySelector('button')?.addEventListener('click', clicked)
    expect(act('n')).toBe(true)
    expect([clicked.mock.calls.length, dialog.open]).toEqual([1, false])
  })

  it('are silent when single letters are switched off', () => {
    document.body.dataset.letterKeys = 'off'
    expect(act('n')).toBe(false)
    expect(act('g t')).toBe(false)
  })

  it('never act while somebody types', () => {
    startKeyboard()
    const clicked = vi.fn()
    document.querySelector('button')?.addEventListener('click', clicked)
    document.querySelector('input')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }))
    expect(clicked).not.toHaveBeenCalled()
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }))
    expect(clicked).toHaveBeenCalledOnce()
  })

  it('Ctrl+Enter sends the form one is in', () => {
    const sent = vi.fn((event: Event) => event.preventDefault())
    document.querySelector('form')?.addEventListener('submit', sent)
    document.querySelector('input')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true }))
    expect(sent).toHaveBeenCalled()
  })

  it('are listed for the help', () => {
    expect(keysOf(document)).toContainEqual({ keys: ['g', 't'], label: 'Tickets' })
    expect(keysOf(document)).toContainEqual({ keys: ['n'], label: 'New' })
  })
})

it('a check-box is not a place to type', () => {
  const box = Object.assign(document.createElement('input'), { type: 'checkbox' })
  expect(isTyping(box)).toBe(false)
  expect(isTyping(document.createElement('textarea'))).toBe(true)
  expect(isTyping(null)).toBe(false)
})
