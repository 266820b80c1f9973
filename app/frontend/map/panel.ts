/** The panel over a map: layers to switch, legend of each, drawing tools. */
import type { Map as MapLibre } from 'maplibre-gl'
import { make } from '../shared/dom'
import { t } from '../shared/i18n'
import type { Polygon } from './draw'
import { legendSign } from './images'
import { type Feature, type LegendEntry, legendOf, type MapLayer } from './layers'

export function makePanel(
  map: MapLibre, element: HTMLElement, layers: MapLayer[], shown: Set<string>, load: (layer: MapLayer) => Promise<Feature[]>,
): HTMLElement {
  const panel = make('details', { class: 'map-panel' }, make('summary', {}, t('Layers and legend')))
  panel.open = element.clientWidth > 640
  const key = make('ul', { class: 'map-legend map-key' })
  const explain = () => key.replaceChildren(...layers.filter((layer) => shown.has(layer.key) && !layers1(layer)).flatMap((layer) => legendOf(layer).map(entryOf)))
  for (const layer of layers) panel.append(switchOf(map, layer, shown, load, explain))
  // Where the panel would cover the map and stays closed, the signs are explained under it.
  if (!panel.open && element.hasAttribute('data-draw')) element.after(key)
  explain()
  return panel
}

function switchOf(map: MapLibre, layer: MapLayer, shown: Set<string>, load: (layer: MapLayer) => Promise<Feature[]>, changed: () => void): HTMLElement {
  const box = make('input', { type: 'checkbox', class: 'form-check-input' })
  box.checked = shown.has(layer.key)
  const entries = legendOf(layer).map(entryOf)
  const legend = make('ul', { class: 'map-legend' }, ...entries)
  legend.hidden = !box.checked || (entries.length === 1 && layers1(layer))
  box.addEventListener('change', () => {
    if (box.checked) shown.add(layer.key)
    else shown.delete(layer.key)
    legend.hidden = !box.checked
    for (const { id } of map.getStyle().layers) {
      if (id.startsWith(`${layer.key}/`)) map.setLayoutProperty(id, 'visibility', box.checked ? 'visible' : 'none')
    }
    if (box.checked) void load(layer)
    changed()
  })
  return make('div', {}, make('label', { class: 'form-check' }, box, make('span', { class: 'form-check-label' }, layer.label)), legend)
}

/** A line of the legend: as it looks from afar, then near by. */
function entryOf({ label, color, symbol, dot }: LegendEntry): HTMLElement {
  return make('li', {}, ...(dot ? [legendSign(dot, color)] : []), legendSign(symbol, color), label)
}

function layers1(layer: MapLayer): boolean {
  return layer.color_by === undefined && layer.color === undefined
}

/** Search by drawing: tools on the map itself, not in the panel, which would hide the ground to draw on. */
export function drawingTools(map: MapLibre, element: HTMLElement): HTMLElement {
  const begin = make('button', { type: 'button', class: 'btn btn-sm' }, t('Draw an area to search'))
  const erase = make('button', { type: 'button', class: 'btn btn-sm btn-ghost-secondary' }, t('Erase the area'))
  const help = make('p', { class: 'form-hint' }, t('Click the corners; close with the first point or Enter.'))
  erase.hidden = help.hidden = true
  let drawing: ReturnType<typeof import('./draw')['makeDrawing']> | undefined
  const open = async () => {
    const { makeDrawing } = await import('./draw')
    drawing ??= makeDrawing(map, (polygon) => {
      help.hidden = true
      announce(element, polygon)
    })
    return drawing
  }
  begin.addEventListener('click', async () => {
    (await open()).begin()
    element.querySelector('.map-panel')?.removeAttribute('open')
    help.hidden = erase.hidden = false
  })
  // The list may drop the area by itself (its chip, “erase all”): then nothing is shown as drawn.
  document.addEventListener('htmx:after:swap', () => {
    if (!help.hidden || fieldOf(element)?.value) return
    drawing?.erase()
    erase.hidden = true
  })
  const kept = fieldOf(element)?.value
  if (kept) {
    erase.hidden = false
    void open().then((one) => one.show(JSON.parse(kept) as Polygon))
  }
  // Drawing needs a pointer; moving the map with the keys and searching what it shows does not.
  const frame = make('button', { type: 'button', class: 'btn btn-sm' }, t('Search what the map shows'))
  frame.addEventListener('click', () => {
    drawing?.erase()
    help.hidden = true
    erase.hidden = false
    announce(element, frameOf(map.getBounds().toArray() as [[number, number], [number, number]]))
  })
  erase.addEventListener('click', () => {
    drawing?.erase()
    erase.hidden = help.hidden = true
    announce(element, null)
  })
  return make('div', { class: 'map-tools' }, begin, frame, erase, help)
}

/** The rectangle between two corners (south-west, north-east) as a polygon, rounded to a metre. */
export function frameOf([[west, south], [east, north]]: [[number, number], [number, number]]): Polygon {
  const corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
  return { type: 'Polygon', coordinates: [corners.map((corner) => corner.map((part) => Number(part.toFixed(5))))] }
}

/** Tell the page about the drawn area, and put it into the form that filters the list. */
export function announce(element: HTMLElement, polygon: Polygon | null): void {
  element.dispatchEvent(new CustomEvent('map:draw', { bubbles: true, detail: { polygon } }))
  const input = fieldOf(element)
  if (!input) return
  input.value = polygon ? JSON.stringify(polygon) : ''
  input.form?.requestSubmit()
}

/** The field that carries the drawn area in the form that filters the list. */
function fieldOf(element: HTMLElement): HTMLInputElement | null | undefined {
  const selector = element.dataset.drawForm
  const list = document.querySelector(element.dataset.list ?? '#none')
  const form = selector
    ? document.querySelector<HTMLFormElement>(selector)
    : list?.querySelector<HTMLFormElement>('form[role=search]') ?? list?.closest('form')
  return form?.querySelector<HTMLInputElement>('input[name="within"]')
}
