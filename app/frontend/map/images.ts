/** Patterns and shapes drawn on the spot, so that colour never stands alone. */
import type { Symbol } from './layers'

const SIZE = 24
const RATIO = 2

function canvas(size: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const element = document.createElement('canvas')
  element.width = element.height = size * RATIO
  const context = element.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no canvas')
  context.scale(RATIO, RATIO)
  return [element, context]
}

/** Draw a sign for the map: a transparent pattern for surfaces, or a filled shape for points. */
export function drawSign(symbol: Symbol, color: string): ImageData {
  const isPattern = ['plain', 'hatched', 'dotted', 'crossed'].includes(symbol)
  const size = isPattern ? 12 : SIZE
  const [element, context] = canvas(size)
  if (isPattern) pattern(context, symbol, size)
  else shape(context, symbol, color, size)
  return context.getImageData(0, 0, element.width, element.height)
}

/** A disc as distance field, so that the map can give it any colour and a rim. */
export function drawDot(): ImageData {
  const [element, context] = canvas(SIZE)
  const image = context.createImageData(element.width, element.height)
  const middle = element.width / 2
  for (let y = 0; y < element.height; y += 1) {
    for (let x = 0; x < element.width; x += 1) {
      const inside = middle * 0.6 - Math.hypot(x + 0.5 - middle, y + 0.5 - middle)
      // 0.75 of the range marks the edge, eight pixels make the whole range.
      image.data[(y * element.width + x) * 4 + 3] = Math.max(0, Math.min(255, 191 + inside * 32))
    }
  }
  return image
}

export const PIXEL_RATIO = RATIO

function pattern(context: CanvasRenderingContext2D, symbol: Symbol, size: number): void {
  context.strokeStyle = context.fillStyle = 'rgb(20 30 34 / 55%)'
  context.lineWidth = 1.1
  if (symbol === 'dotted') {
    for (const [x, y] of [[3, 3], [9, 9]] as const) {
      context.beginPath()
      context.arc(x, y, 1.4, 0, Math.PI * 2)
      context.fill()
    }
    return
  }
  const lines = symbol === 'crossed' ? [1, -1] : [1]
  for (const slope of lines) {
    for (const offset of [-size, 0, size]) {
      context.beginPath()
      context.moveTo(offset, slope > 0 ? size : 0)
      context.lineTo(offset + size, slope > 0 ? 0 : size)
      context.stroke()
    }
  }
}

function outline(symbol: Symbol, size: number): [number, number][] {
  const m = size / 2
  const r = size / 2 - 4
  if (symbol === 'square') return [[m - r + 1, m - r + 1], [m + r - 1, m - r + 1], [m + r - 1, m + r - 1], [m - r + 1, m + r - 1]]
  if (symbol === 'triangle') return [[m, m - r], [m + r, m + r - 1], [m - r, m + r - 1]]
  if (symbol === 'diamond') return [[m, m - r - 1], [m + r + 1, m], [m, m + r + 1], [m - r - 1, m]]
  return Array.from({ length: 10 }, (_, index) => {
    const radius = index % 2 ? r * 0.5 : r + 1.5
    const angle = (index * Math.PI) / 5 - Math.PI / 2
    return [m + radius * Math.cos(angle), m + radius * Math.sin(angle)]
  })
}

function shape(context: CanvasRenderingContext2D, symbol: Symbol, color: string, size: number): void {
  context.beginPath()
  if (symbol === 'circle') context.arc(size / 2, size / 2, size / 2 - 4, 0, Math.PI * 2)
  else for (const [x, y] of outline(symbol, size)) context.lineTo(x, y)
  context.closePath()
  context.fillStyle = color
  context.strokeStyle = '#ffffff'
  context.lineWidth = 2
  context.lineJoin = 'round'
  context.stroke()
  context.fill()
}

/** The same sign for the legend, as a small picture of the page. */
export function legendSign(symbol: Symbol, color: string): SVGSVGElement {
  const name = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(name, 'svg')
  svg.setAttribute('viewBox', '0 0 18 18')
  svg.setAttribute('width', '18')
  svg.setAttribute('height', '18')
  svg.setAttribute('aria-hidden', 'true')
  const add = (tag: string, attributes: Record<string, string>) => {
    const part = document.createElementNS(name, tag)
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value)
    svg.append(part)
  }
  if (symbol === 'circle') add('circle', { cx: '9', cy: '9', r: '6', fill: color })
  else if (['square', 'triangle', 'diamond', 'star'].includes(symbol)) {
    add('polygon', { points: outline(symbol, 18).map((point) => point.join(',')).join(' '), fill: color })
  } else {
    add('rect', { x: '1', y: '2', width: '16', height: '14', fill: color, 'fill-opacity': '.65', stroke: '#333' })
    const strokes: Partial<Record<Symbol, string>> = {
      hatched: 'M2 16L16 2M2 9L9 2M9 16L16 9', crossed: 'M2 16L16 2M2 2L16 16', dotted: '',
    }
    if (strokes[symbol]) add('path', { d: strokes[symbol], stroke: '#1a2428', 'stroke-width': '1.2' })
    if (symbol === 'dotted') for (const [cx, cy] of [[5, 6], [12, 6], [8, 11], [14, 12]]) add('circle', { cx: String(cx), cy: String(cy), r: '1.3', fill: '#1a2428' })
  }
  return svg
}
