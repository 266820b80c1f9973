/** Layers of a map as the page declares them (docs/frontend.md), and how each is painted. Pure. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

export type Symbol = 'plain' | 'hatched' | 'dotted' | 'crossed' | 'circle' | 'square' | 'triangle' | 'diamond' | 'star'

export interface Choice { value: string, label: string, color?: string, symbol?: Symbol }
export interface Step { from: number, label: string, color?: string }

/** A number of a popup with its words: `{ property: "lots", says: "Lots: {value}" }`. */
export interface Said { property: string, says: string }

export interface ColorBy { property: string, label: string, values?: Choice[], steps?: Step[] }

export interface MapLayer {
  key: string
  label: string
  url: string
  kind: 'polygon' | 'line' | 'point'
  visible?: boolean
  selectable?: boolean
  cluster?: boolean
  bbox?: boolean
  min_zoom?: number
  color?: string
  color_by?: ColorBy
  /** The property that names each feature on the map itself. */
  label_by?: string
  popup?: (string | Said)[]
}

/** Eight colours people with any colour vision can tell apart (after Okabe and Ito). */
export const PALETTE = ['#0072b2', '#d98a00', '#00815f', '#b8578f', '#3fa3dd', '#c84e00', '#6f5fb5', '#6b7780']
/** From little to much, also readable in grey. */
export const SCALE = ['#f3e79b', '#eab575', '#dd7a6b', '#b14d78', '#74347d', '#3b2a66']
const PATTERNS: Symbol[] = ['plain', 'hatched', 'dotted', 'crossed']
const SHAPES: Symbol[] = ['circle', 'square', 'triangle', 'diamond', 'star']
const OTHER = '#8a949a'

/** `dot` is what stands for it from afar, where an outline is smaller than a pixel. */
export interface LegendEntry { label: string, color: string, symbol: Symbol, dot?: Symbol }

/** The choices of a layer with colour and pattern (or shape) filled in. */
export function choicesOf(layer: MapLayer): Required<Choice>[] {
  const signs = layer.kind === 'point' ? SHAPES : PATTERNS
  return (layer.color_by?.values ?? []).map((choice, index) => ({
    value: choice.value,
    label: choice.label,
    color: choice.color ?? PALETTE[index % PALETTE.length] ?? OTHER,
    // Where the colours begin again, the signs do not fall on the same ones.
    symbol: choice.symbol ?? signs[(index + round(index)) % signs.length] ?? 'plain',
  }))
}

/** How many times the colours were all used before a choice. */
function round(index: number): number {
  return Math.floor(index / PALETTE.length)
}

/** The shape that stands for a choice from afar: another one each time the colours begin again. */
function dotOf(index: number): Symbol {
  return SHAPES[round(index) % SHAPES.length] ?? 'circle'
}

function hasDots({ kind, selectable, color_by }: MapLayer): boolean {
  return kind === 'polygon' && Boolean(selectable && color_by)
}

/** The steps of a numeric layer with colours, from low to high. */
export function stepsOf(layer: MapLayer): Required<Step>[] {
  const steps = [...(layer.color_by?.steps ?? [])].sort((a, b) => a.from - b.from)
  return steps.map((step, index) => {
    const place = steps.length > 1 ? Math.round((index * (SCALE.length - 1)) / (steps.length - 1)) : SCALE.length - 1
    return { from: step.from, label: step.label, color: step.color ?? SCALE[place] ?? OTHER }
  })
}

/** What the legend of a layer shows. */
export function legendOf(layer: MapLayer): LegendEntry[] {
  const plain: Symbol = layer.kind === 'point' ? 'circle' : 'plain'
  const dot = (index: number) => hasDots(layer) ? { dot: dotOf(index) } : {}
  if (layer.color_by?.values) return choicesOf(layer).map(({ label, color, symbol }, index) => ({ label, color, symbol, ...dot(index) }))
  if (layer.color_by?.steps) return stepsOf(layer).map(({ label, color }) => ({ label, color, symbol: plain, ...dot(0) }))
  return [{ label: layer.label, color: colourOf(layer), symbol: plain }]
}

export function colourOf(layer: MapLayer): string {
  return layer.color ?? PALETTE[0] ?? OTHER
}

/** Colour of a feature by its property. */
export function colourExpression(layer: MapLayer): string | ExpressionSpecification {
  const by = layer.color_by
  const choices = choicesOf(layer)
  const steps = stepsOf(layer)
  if (by && choices.length) {
    return ['match', ['to-string', ['get', by.property]],
      ...choices.flatMap(({ value, color }) => [value, color]), OTHER] as unknown as ExpressionSpecification
  }
  if (by && steps.length) {
    const [first, ...rest] = steps
    return ['case', ['==', ['typeof', ['get', by.property]], 'number'],
      ['step', ['get', by.property], first?.color ?? OTHER, ...rest.flatMap(({ from, color }) => [from, color])],
      OTHER] as unknown as ExpressionSpecification
  }
  return colourOf(layer)
}

/** Name of the image for a sign in a colour. */
export function imageName(symbol: Symbol, color: string): string {
  return `${symbol}:${color}`
}

/** Name of the dot that takes the colour of its feature. */
export const DOT = 'dot'

/** Images a layer needs, as sign and colour. */
export function imagesOf(layer: MapLayer): { symbol: Symbol, color: string }[] {
  return legendOf(layer)
    .filter(({ symbol }) => symbol !== 'plain')
    .map(({ symbol, color }) => ({ symbol, color }))
    .concat(legendOf(layer).flatMap(({ dot, color }) => dot ? [{ symbol: dot, color }] : []))
    .concat(layer.kind === 'point' || hasDots(layer) ? [{ symbol: 'circle', color: OTHER }] : [])
}

function byValue(layer: MapLayer, choices: Required<Choice>[]): ExpressionSpecification {
  return ['match', ['to-string', ['get', layer.color_by?.property ?? '']],
    ...choices.flatMap(({ value, symbol, color }) => [value, imageName(symbol, color)]),
    imageName('circle', OTHER)] as unknown as ExpressionSpecification
}

const SELECTED: ExpressionSpecification = ['boolean', ['feature-state', 'selected'], false]

/** The style layers of one declared layer; ids begin with its key. */
export function paint(layer: MapLayer, ink: string, accent: string, ground = '#ffffff'): LayerSpecification[] {
  const source = layer.key
  const base = { source, minzoom: layer.min_zoom ?? 0 }
  const colour = colourExpression(layer)
  if (layer.kind === 'line') {
    const own = layer.color_by || layer.color ? colour : ink
    return [
      { ...base, id: `${source}/line`, type: 'line', paint: { 'line-color': own, 'line-width': ['case', SELECTED, 5, 1.2] } },
      ...(layer.label_by ? [named(layer, base, ink, ground, layer.label_by)] : []),
    ]
  }
  if (layer.kind === 'polygon') return paintPolygons(layer, base, colour, ink, accent)
  return paintPoints(layer, base, ink, accent)
}

type Base = { source: string, minzoom: number }

/** The name of each area, at the point given for it; one that would lie over another waits for a nearer view. */
function named(layer: MapLayer, base: Base, ink: string, ground: string, property: string): LayerSpecification {
  return {
    ...base, id: `${layer.key}/name`, type: 'symbol', filter: ['==', ['geometry-type'], 'Point'],
    layout: { 'text-field': ['get', property], 'text-size': 12, 'text-max-width': 8 },
    paint: { 'text-color': ink, 'text-halo-color': ground, 'text-halo-width': 1.2 },
  }
}

function paintPolygons(layer: MapLayer, base: Base, colour: string | ExpressionSpecification, ink: string, accent: string): LayerSpecification[] {
  const patterned = choicesOf(layer).filter(({ symbol }) => symbol !== 'plain')
  const layers: LayerSpecification[] = [
    { ...base, id: `${layer.key}/fill`, type: 'fill', paint: { 'fill-color': colour, 'fill-opacity': ['case', SELECTED, 0.95, 0.6] } },
  ]
  if (patterned.length) {
    const values = patterned.map(({ value }) => value)
    layers.push({
      ...base, id: `${layer.key}/pattern`, type: 'fill', minzoom: Math.max(base.minzoom, 13),
      filter: ['in', ['to-string', ['get', layer.color_by?.property ?? '']], ['literal', values]],
      paint: { 'fill-pattern': byValue(layer, patterned) as never },
    })
  }
  layers.push({
    ...base, id: `${layer.key}/line`, type: 'line',
    paint: { 'line-color': ['case', SELECTED, accent, ink], 'line-width': ['case', SELECTED, 4, 0.8] },
  })
  if (hasDots(layer)) layers.push(dots(layer, base, colour))
  layers.push(places(layer, base, colour, ink, accent))
  return layers
}

/** What is placed by a point and has no outline yet, at every zoom: fills and lines draw nothing for it. */
function places(layer: MapLayer, base: Base, colour: string | ExpressionSpecification, ink: string, accent: string): LayerSpecification {
  return {
    ...base, id: `${layer.key}/point`, type: 'circle', filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-color': colour, 'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 4, 18, 10],
      'circle-stroke-color': ['case', SELECTED, accent, ink], 'circle-stroke-width': ['case', SELECTED, 4, 1.2],
    },
  }
}

/** From afar a building is smaller than a pixel: a dot stands for it until its outline can be seen. */
function dots(layer: MapLayer, base: Base, colour: string | ExpressionSpecification): LayerSpecification {
  const choices = choicesOf(layer).map((choice, index) => ({ ...choice, symbol: dotOf(index) }))
  return {
    ...base, id: `${layer.key}/dot`, type: 'symbol', maxzoom: 15, filter: ['!=', ['geometry-type'], 'Point'],
    layout: { 'icon-image': choices.length ? byValue(layer, choices) as never : DOT, 'icon-size': 0.75, 'icon-allow-overlap': true },
    paint: { 'icon-color': colour, 'icon-halo-color': '#ffffff', 'icon-halo-width': 1 },
  }
}

function paintPoints(layer: MapLayer, base: Base, ink: string, accent: string): LayerSpecification[] {
  const choices = choicesOf(layer)
  const single = imageName('circle', colourOf(layer))
  const layers: LayerSpecification[] = [
    { ...base, id: `${layer.key}/ring`, type: 'circle', filter: ['!', ['has', 'point_count']],
      paint: { 'circle-radius': 13, 'circle-color': accent, 'circle-opacity': ['case', SELECTED, 0.35, 0],
               'circle-stroke-color': accent, 'circle-stroke-width': ['case', SELECTED, 3, 0] } },
    { ...base, id: `${layer.key}/point`, type: 'symbol', filter: ['!', ['has', 'point_count']],
      layout: { 'icon-image': choices.length ? byValue(layer, choices) as never : single, 'icon-allow-overlap': true } },
  ]
  if (layer.cluster) {
    layers.push(
      { ...base, id: `${layer.key}/cluster`, type: 'circle', filter: ['has', 'point_count'],
        paint: { 'circle-color': colourOf(layer), 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2,
                 'circle-radius': ['step', ['get', 'point_count'], 13, 10, 17, 100, 22, 1000, 28] } },
      { ...base, id: `${layer.key}/count`, type: 'symbol', filter: ['has', 'point_count'],
        layout: { 'text-field': ['get', 'point_count_abbreviated'], 'text-size': 12, 'text-allow-overlap': true },
        paint: { 'text-color': '#ffffff' } },
    )
  }
  void ink
  return layers
}

/** Read the attribute of a map element; a wrong one gives no layers rather than a broken page. */
export function readLayers(text: string | undefined): MapLayer[] {
  try {
    const layers = JSON.parse(text ?? '[]') as MapLayer[]
    return Array.isArray(layers) ? layers.filter(({ key, url }) => key && url) : []
  } catch {
    return []
  }
}

type Position = number[]
interface Geometry { type: string, coordinates?: unknown, geometries?: Geometry[] }
export interface Feature { id?: string | number, geometry: Geometry | null, properties: Record<string, unknown> | null }
export type Box = [number, number, number, number]

function* positions(value: unknown): Generator<Position> {
  if (!Array.isArray(value)) return
  if (typeof value[0] === 'number') yield value as Position
  else for (const part of value) yield* positions(part)
}

/** The smallest box around features, undefined when there is nothing. */
export function boxOf(features: Feature[]): Box | undefined {
  let box: Box | undefined
  for (const { geometry } of features) {
    const parts = geometry?.geometries ?? (geometry ? [geometry] : [])
    for (const [x = 0, y = 0] of parts.flatMap((part) => [...positions(part.coordinates)])) {
      box = box
        ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)]
        : [x, y, x, y]
    }
  }
  return box
}

/** The identifier by which a feature and its row in the list know each other. */
export function idOf(feature: Feature): string {
  return String(feature.properties?.id ?? feature.id ?? '')
}

/** The lines of a popup: what is empty is left out, 0 is not. */
export function popupLines(layer: MapLayer, properties: Record<string, unknown>): string[] {
  return (layer.popup ?? []).flatMap((part) => {
    const value = properties[typeof part === 'string' ? part : part.property]
    if (value === undefined || value === null || value === '') return []
    return [typeof part === 'string' ? String(value) : part.says.replace('{value}', String(value))]
  })
}
