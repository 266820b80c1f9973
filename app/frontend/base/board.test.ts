import { expect, it } from 'vitest'
import { moveTo, startBoard } from './board'

it('a card put into another lane sends its form with the lane’s value', () => {
  document.body.innerHTML = `<section data-drop="anna" id="anna"><article data-drag="o1"><form data-move>
    <input type="hidden" name="csrf_token" value="t"><input type="hidden" name="technician"></form></article></section>
    <section data-drop="bob" id="bob"></section>`
  const sent: string[] = []
  document.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault()
    sent.push(String(new FormData(event.target as HTMLFormElement).get('technician')))
  })
  startBoard(document)
  const drop = (lane: string) => document.getElementById(lane)?.dispatchEvent(new Event('drop', { bubbles: true, cancelable: true }))
  drop('bob')
  expect(sent).toEqual([])
  document.querySelector('article')?.dispatchEvent(new Event('dragstart', { bubbles: true }))
  drop('anna')
  expect(sent).toEqual([])
  drop('bob')
  expect(sent).toEqual(['bob'])
})

it('a card without a form stays where it is', () => {
  document.body.innerHTML = '<article data-drag="o1"></article>'
  expect(() => moveTo(document.querySelector('article') as HTMLElement, 'x')).not.toThrow()
})

it('Alt with an arrow moves the card that has the focus, and the card keeps the focus afterwards', () => {
  const lanes = `<section data-drop="anna" id="anna"><article data-drag="o1" tabindex="0"><form data-move>
    <input type="hidden" name="technician"></form></article></section><section data-drop="bob"></section>`
  document.body.innerHTML = lanes
  const sent: string[] = []
  document.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault()
    sent.push(String(new FormData(event.target as HTMLFormElement).get('technician')))
  })
  startBoard(document)
  const press = (key: string, altKey: boolean) => document.querySelector('article')
    ?.dispatchEvent(new KeyboardEvent('keydown', { key, altKey, bubbles: true, cancelable: true }))
  press('ArrowRight', false)
  press('ArrowLeft', true)
  expect(sent).toEqual([])
  press('ArrowRight', true)
  expect(sent).toEqual(['bob'])
  document.body.innerHTML = lanes
  startBoard(document)
  expect(document.activeElement?.getAttribute('data-drag')).toBe('o1')
})
