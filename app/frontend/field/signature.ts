/** A place to sign with finger or pen; the strokes travel, not a picture. */
import { make } from '../shared/dom'
import { t } from '../shared/i18n'

const WIDTH = 1000
const HEIGHT = 400

export type Stroke = [number, number][]

/** Show a pad with what was drawn before; `changed` is told after each stroke. */
export function signaturePad(drawn: Stroke[] = [], changed: (strokes: Stroke[]) => void = () => undefined): { element: HTMLElement, strokes: () => Stroke[] } {
  const canvas = make('canvas', { class: 'f-sign', width: String(WIDTH), height: String(HEIGHT), 'aria-label': t('Sign here') })
  const clear = make('button', { type: 'button', class: 'f-button' }, t('Erase'))
  const context = canvas.getContext('2d')
  let strokes: Stroke[] = drawn
  let drawing = false
  const point = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect()
    return [Math.round(((event.clientX - box.left) / box.width) * WIDTH), Math.round(((event.clientY - box.top) / box.height) * HEIGHT)]
  }
  canvas.addEventListener('pointerdown', (event) => {
    drawing = true
    canvas.setPointerCapture(event.pointerId)
    strokes.push([point(event)])
  })
  canvas.addEventListener('pointermove', (event) => {
    const stroke = strokes.at(-1)
    const last = stroke?.at(-1)
    if (!drawing || !stroke || !last || !context) return
    const next = point(event)
    stroke.push(next)
    draw(context, [last, next])
  })
  for (const name of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(name, () => {
      drawing = false
      changed(strokes)
    })
  }
  clear.addEventListener('click', () => {
    strokes = []
    context?.clearRect(0, 0, WIDTH, HEIGHT)
    changed(strokes)
  })
  if (context) for (const stroke of strokes) draw(context, stroke)
  return { element: make('div', { class: 'f-field' }, make('span', {}, t('Signature')), canvas, clear), strokes: () => strokes.filter(({ length }) => length > 1) }
}

function draw(context: CanvasRenderingContext2D, stroke: Stroke): void {
  const [first, ...rest] = stroke
  if (!first) return
  context.lineWidth = 5
  context.lineCap = 'round'
  context.strokeStyle = '#000'
  context.beginPath()
  context.moveTo(...first)
  for (const point of rest) context.lineTo(...point)
  context.stroke()
}
