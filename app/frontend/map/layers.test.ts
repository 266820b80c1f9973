import { describe, expect, it } from 'vitest'
import { groundLayers, readBase, tileAddress } from './base'
import { boxOf, choicesOf, colourExpression, idOf, imagesOf, legendOf, type MapLayer, paint, popupLines, readLayers, stepsOf } from './layers'
import { announce, frameOf } from './panel'

const layer = (more: Partial<MapLayer> = {}): MapLayer => ({ key: 'b', label: 'Buildings', url: '/b.geojson', kind: 'polygon', ...more })
const KINDS = { property: 'kind', label: 'Kind', values: ['home', 'shop', 'office'].map((value) => ({ value, label: value })) }

describe('colours', () => {
  it('never stand alone: neighbours differ in pattern or shape too', () => {
    const signs = choicesOf(layer({ color_by: KINDS })).map(({ symbol }) => symbol)
    expect(new Set(signs).size).toBe(3)
    expect(choicesOf(layer({ kind: 'point', color_by: KINDS })).map(({ symbol }) => symbol)).toEqual(['circle', 'square', 'triangle'])
  })

  it('and signs never come together twice, near by or from afar', () => {
    const values = Array.from({ length: 12 }, (_, index) => ({ value: String(index), label: String(index) }))
    const entries = legendOf(layer({ selectable: true, color_by: { ...KINDS, values } }))
    expect(new Set(entries.map(({ color, symbol }) => color + symbol)).size).toBe(12)
    expect(new Set(entries.map(({ color, dot }) => color + dot)).size).toBe(12)
    const known = new Set(imagesOf(layer({ selectable: true, color_by: { ...KINDS, values } })).map(({ symbol, color }) => symbol + color))
    for (const { dot, color } of entries) expect(known).toContain(`${dot}${color}`)
  })

  it('given by the page win', () => {
    const values = [{ value: 'home', label: 'Homes', color: '#123456', symbol: 'crossed' as const }]
    expect(legendOf(layer({ color_by: { ...KINDS, values } }))).toEqual([{ label: 'Homes', color: '#123456', symbol: 'crossed' }])
  })

  it('match values, with one for the unknown', () => {
    const expression = colourExpression(layer({ color_by: KINDS })) as unknown[]
    expect(expression[0]).toBe('match')
    expect(expression).toHaveLength(2 + 3 * 2 + 1)
  })

  it('of numbers run from light to dark in order', () => {
    const steps = [{ from: 100, label: '100+' }, { from: 0, label: '0+' }, { from: 50, label: '50+' }]
    const sorted = stepsOf(layer({ color_by: { property: 'n', label: 'N', steps } }))
    expect(sorted.map(({ from }) => from)).toEqual([0, 50, 100])
    expect(new Set(sorted.map(({ color }) => color)).size).toBe(3)
  })

  it('stay plain without an attribute', () => {
    expect(colourExpression(layer({ color: '#abcdef' }))).toBe('#abcdef')
    expect(imagesOf(layer())).toEqual([])
  })
})

describe('style layers', () => {
  it('begin with the key of their layer', () => {
    const all = [layer({ color_by: KINDS }), layer({ kind: 'point', cluster: true }), layer({ kind: 'line' })]
    for (const one of all) for (const { id } of paint(one, '#000', '#111')) expect(id.startsWith('b/')).toBe(true)
  })

  it('show what has only a point at every zoom, coloured and chosen like an outline', () => {
    const painted = paint(layer({ selectable: true, color_by: KINDS, min_zoom: 3 }), '#000', '#111')
    const points = painted.find(({ id }) => id === 'b/point')
    expect(points).toMatchObject({ type: 'circle', minzoom: 3, filter: ['==', ['geometry-type'], 'Point'] })
    expect(points).not.toHaveProperty('maxzoom')
    expect(points?.paint).toMatchObject({
      'circle-color': colourExpression(layer({ color_by: KINDS })),
      'circle-stroke-color': ['case', ['boolean', ['feature-state', 'selected'], false], '#111', '#000'],
    })
    expect(painted.find(({ id }) => id === 'b/dot')).toMatchObject({ filter: ['!=', ['geometry-type'], 'Point'] })
  })

  it('of boundaries bear the names where the page asks for it', () => {
    const [line, name] = paint(layer({ kind: 'line', label_by: 'title' }), '#000', '#111')
    expect([line?.id, name?.id]).toEqual(['b/line', 'b/name'])
    expect(name).toMatchObject({ layout: { 'text-field': ['get', 'title'] }, filter: ['==', ['geometry-type'], 'Point'] })
    expect(paint(layer({ kind: 'line' }), '#000', '#111')).toHaveLength(1)
  })

  it('of clusters count', () => {
    expect(paint(layer({ kind: 'point', cluster: true }), '#000', '#111').map(({ id }) => id)).toEqual(['b/ring', 'b/point', 'b/cluster', 'b/count'])
  })
})

describe('what the page declares', () => {
  it('is read, and a mistake leaves an empty map', () => {
    expect(readLayers(JSON.stringify([layer()]))).toHaveLength(1)
    expect(readLayers('{broken')).toEqual([])
    expect(readLayers('{"a": 1}')).toEqual([])
    expect(readLayers(undefined)).toEqual([])
  })

  it('a base map without its mention is refused', () => {
    expect(readBase('{"kind": "wmts", "url": "https://x/{z}/{x}/{y}"}')).toEqual({})
    expect(readBase('{"kind": "wmts", "url": "https://x", "attribution": "© NGI"}').kind).toBe('wmts')
    expect(readBase(undefined)).toEqual({})
  })

  it('WMTS names become ours', () => {
    expect(tileAddress('https://x/{TileMatrix}/{TileRow}/{TileCol}.png')).toBe('https://x/{z}/{y}/{x}.png')
  })

  it('a vector archive is drawn by what its layers are called', () => {
    expect(groundLayers(['water', 'roads', 'poi', 'buildings']).map(({ id }) => id)).toEqual(['base/water', 'base/buildings', 'base/roads'])
  })
})

describe('a popup', () => {
  it('says what a number counts, also when it is 0, and leaves out what is not known', () => {
    const popup = ['code', 'name', { property: 'lots', says: 'Lots: {value}' }, { property: 'empty', says: 'Empty: {value}' }]
    expect(popupLines(layer({ popup }), { code: 'BLD-1', name: '', lots: 0 })).toEqual(['BLD-1', 'Lots: 0'])
  })
})

describe('features', () => {
  it('give their box, collections and empty ones included', () => {
    const point = { type: 'Point', coordinates: [4.35, 50.84] }
    const area = { type: 'Polygon', coordinates: [[[4.3, 50.8], [4.4, 50.8], [4.4, 50.9], [4.3, 50.8]]] }
    expect(boxOf([{ geometry: { type: 'GeometryCollection', geometries: [point, area] }, properties: {} }])).toEqual([4.3, 50.8, 4.4, 50.9])
    expect(boxOf([{ geometry: null, properties: null }])).toBeUndefined()
  })

  it('are known by one identifier', () => {
    expect(idOf({ id: 7, geometry: null, properties: null })).toBe('7')
    expect(idOf({ id: 7, geometry: null, properties: { id: 'x' } })).toBe('x')
  })
})

it('a drawn area goes into the filter of the list', () => {
  document.body.innerHTML = '<div id="map" data-list="#rows"></div><form><input name="within"><div id="rows"></div></form>'
  let sent = ''
  const form = document.querySelector('form') as HTMLFormElement
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    sent = form.querySelector('input')?.value ?? ''
  })
  const polygon = { type: 'Polygon' as const, coordinates: [[[4, 50], [5, 50], [5, 51], [4, 50]]] }
  announce(document.getElementById('map') as HTMLElement, polygon)
  expect(JSON.parse(sent)).toEqual(polygon)
  announce(document.getElementById('map') as HTMLElement, null)
  expect(sent).toBe('')
})

describe('searching what the map shows', () => {
  it('makes a closed rectangle of the two corners', () => {
    expect(frameOf([[4.3000001, 50.8], [4.4, 50.9]])).toEqual({
      type: 'Polygon',
      coordinates: [[[4.3, 50.8], [4.4, 50.8], [4.4, 50.9], [4.3, 50.9], [4.3, 50.8]]],
    })
  })
})
