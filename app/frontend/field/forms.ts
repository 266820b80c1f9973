/** The small forms of the tablet: a dialog per action, every answer kept on the device as it is typed. */
import { make } from '../shared/dom'
import { t } from '../shared/i18n'
import type { Choice } from './contract'
import type { FieldStore } from './store'

export interface Part {
  name: string
  label: string
  kind: 'text' | 'area' | 'number' | 'select' | 'check' | 'minutes'
  choices?: Choice[]
  required?: boolean
  hint?: string
  value?: string
  list?: string[]
}

export type Answers = Record<string, string>

export interface Form {
  key: string
  title: string
  parts: Part[]
  submit: string
  danger?: boolean
  /** Extra content under the fields, such as a place to sign. */
  extra?: HTMLElement
  /** Return a sentence to refuse, nothing to accept. */
  done: (answers: Answers) => Promise<string | undefined>
}

/** Show a form; resolves when it is closed, however it was closed. */
export async function ask(store: FieldStore, form: Form): Promise<void> {
  const draftKey = `draft:${form.key}`
  const draft = (await store.get<Answers>(draftKey)) ?? {}
  const error = make('p', { class: 'f-error', role: 'alert' })
  error.hidden = true
  const fields = form.parts.map((part) => fieldOf(part, draft[part.name] ?? part.value ?? ''))
  const submit = make('button', { type: 'submit', class: `f-button ${form.danger ? 'f-danger' : 'f-main'}` }, form.submit)
  const cancel = make('button', { type: 'button', class: 'f-button' }, t('Back'))
  const body = make('form', { class: 'f-form', novalidate: '' },
    make('h2', {}, form.title), error, ...fields, ...(form.extra ? [form.extra] : []), make('div', { class: 'f-row' }, submit, cancel))
  const dialog = make('dialog', { class: 'f-dialog', 'aria-label': form.title }, body)
  body.addEventListener('input', () => void store.set(draftKey, read(body, form.parts)))
  cancel.addEventListener('click', () => dialog.close())
  // A second tap while the first is being kept would note the same hours twice.
  let isKeeping = false
  body.addEventListener('submit', (event) => {
    event.preventDefault()
    if (isKeeping) return
    isKeeping = true
    void finish().finally(() => { isKeeping = false })
  })
  const finish = async () => {
    const answers = read(body, form.parts)
    const empty = form.parts.find(({ name, required }) => required && !answers[name])
    const refusal = empty ? t('Fill in: {field}', { field: empty.label }) : await form.done(answers).catch(notKept)
    error.textContent = refusal ?? ''
    error.hidden = !refusal
    if (refusal) return error.scrollIntoView({ block: 'center' })
    await store.remove(draftKey)
    dialog.close()
  }
  document.body.append(dialog)
  dialog.showModal()
  await new Promise<void>((resolve) => dialog.addEventListener('close', () => {
    dialog.remove()
    resolve()
  }))
}

/** What to do when the device could not keep something: nothing may seem noted that is not. */
export function notKept(): string {
  return t('This could not be kept: the device may be full. Send what waits, make room, and try again.')
}

function read(form: HTMLFormElement, parts: Part[]): Answers {
  const data = new FormData(form)
  return Object.fromEntries(parts.map(({ name }) => [name, String(data.get(name) ?? '').trim()]))
}

function fieldOf(part: Part, value: string): HTMLElement {
  const id = `f-${part.name}`
  const control = controlOf(part, id, value)
  const label = make('label', { for: id }, part.label, ...(part.required ? [' *'] : []))
  const hint = part.hint ? [make('p', { class: 'f-hint' }, part.hint)] : []
  if (part.kind === 'check') return make('div', { class: 'f-check' }, control, label, ...hint)
  return make('div', { class: 'f-field' }, label, ...hint, control, ...listOf(part, id))
}

function listOf(part: Part, id: string): HTMLElement[] {
  if (!part.list) return []
  return [make('datalist', { id: `${id}-list` }, ...part.list.map((value) => make('option', { value })))]
}

function controlOf(part: Part, id: string, value: string): HTMLElement {
  const common = { id, name: part.name }
  if (part.kind === 'area') {
    const area = make('textarea', { ...common, rows: '4' })
    area.value = value
    return area
  }
  if (part.kind === 'select') {
    const select = make('select', common, make('option', { value: '' }, t('Choose…')),
      ...(part.choices ?? []).map(({ key, label }) => make('option', { value: key }, label)))
    select.value = value
    return select
  }
  const kinds = { text: 'text', number: 'text', minutes: 'number', check: 'checkbox' }
  const input = make('input', { ...common, type: kinds[part.kind], autocomplete: 'off' })
  if (part.kind === 'number') input.inputMode = 'decimal'
  if (part.kind === 'check') input.checked = value === 'on'
  else input.value = value
  if (part.list) input.setAttribute('list', `${id}-list`)
  return input
}
