import { beforeEach, describe, expect, it } from 'vitest'
import { acceptFiles, nameFields } from './fields'
import { startWalk } from './rows'

const summary = () => document.querySelector<HTMLElement>('[data-error-summary]') as HTMLElement
const lines = () => [...summary().querySelectorAll('li')].map((line) => line.textContent)

describe('nameFields', () => {
  it('begins each line with what its field is called, once', () => {
    document.body.innerHTML = `<div data-error-summary><ul><li><a href="#f-name">Fill in this field.</a></li>
      <li><a href="#f-day">Fill in this field.</a></li><li><a href="#f-gone">Too late.</a></li><li>Saved.</li></ul></div>
      <label for="f-name">Name<span class="form-required">*</span></label><input id="f-name">
      <fieldset id="f-day"><legend>Day</legend></fieldset>`
    nameFields(summary())
    nameFields(summary())
    expect(lines()).toEqual(['Name – Fill in this field.', 'Day – Fill in this field.', 'Too late.', 'Saved.'])
  })
})

describe('acceptFiles', () => {
  it('adds what the camera took to what was chosen', () => {
    document.body.innerHTML = `<form><div id="drop"><input type="file" id="files" multiple><ul data-file-list></ul>
      <label id="camera" hidden><input type="file" data-camera></label></div></form>`
    const [chosen, camera] = [...document.querySelectorAll<HTMLInputElement>('input')]
    acceptFiles(document.getElementById('drop') as HTMLElement)
    expect(document.getElementById('camera')?.hidden).toBe(false)
    for (const [input, name] of [[chosen, 'report.pdf'], [camera, 'leak.jpg']] as const) {
      const taken = new DataTransfer()
      taken.items.add(new File(['x'], name))
      if (input) input.files = taken.files
      input?.dispatchEvent(new Event('change', { bubbles: true }))
    }
    expect([...document.querySelectorAll('li')].map((line) => line.textContent)).toEqual(['report.pdf', 'leak.jpg'])
  })
})

describe('acceptFiles, folded', () => {
  const panel = () => document.querySelector<HTMLElement>('[data-file-target]') as HTMLElement
  const names = () => [...document.querySelectorAll('li')].map((line) => line.textContent)
  const photo = () => {
    const taken = new DataTransfer()
    taken.items.add(new File(['x'], 'leak.jpg'))
    return taken
  }
  beforeEach(() => {
    document.body.innerHTML = `<div data-file-target><details><summary>Add</summary><form>
      <div id="drop"><input type="file" multiple><ul data-file-list></ul></div></form></details></div>`
    acceptFiles(document.getElementById('drop') as HTMLElement)
  })

  it('takes what is dropped anywhere on the panel and unfolds its form', () => {
    const event = Object.assign(new Event('drop', { bubbles: true, cancelable: true }), { dataTransfer: photo() })
    panel().dispatchEvent(event)
    expect(document.querySelector('details')?.open).toBe(true)
    expect(names()).toEqual(['leak.jpg'])
  })

  it('takes what is pasted on its button', () => {
    const event = Object.assign(new Event('paste', { bubbles: true, cancelable: true }), { clipboardData: photo() })
    document.querySelector('summary')?.dispatchEvent(event)
    expect(document.querySelector('details')?.open).toBe(true)
    expect(names()).toEqual(['leak.jpg'])
  })
})

describe('startWalk', () => {
  const press = (key: string) => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  beforeEach(() => {
    document.body.innerHTML = `<input id="box" data-walk-into="#found"><div id="found" data-walk>
      <a id="one" href="/1">1</a><a id="two" href="/2">2</a></div><input id="other">`
  })

  it('leads from the box into what was found, and back', () => {
    startWalk()
    document.getElementById('box')?.focus()
    const walked = ['ArrowUp', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'ArrowUp'].map((key) => {
      press(key)
      return document.activeElement?.id
    })
    expect(walked).toEqual(['box', 'one', 'two', 'two', 'one', 'box'])
  })

  it('leaves the arrows of other boxes alone', () => {
    document.getElementById('other')?.focus()
    press('ArrowDown')
    expect(document.activeElement?.id).toBe('other')
  })
})
