/** One map on the page: base, layers, legend, selection shared with the list, drawing. */
import {
  AttributionControl, Map as MapLibre, NavigationControl, Popup, ScaleControl, setWorkerUrl,
  type GeoJSONSource, type MapGeoJSONFeature,
} from 'maplibre-gl'
// Bundled, MapLibre cannot find its worker by itself: without this line the map stays blank.
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { csrfToken, make } from '../shared/dom'
import { t } from '../shared/i18n'
import { addBase, readBase } from './base'
import { drawDot, drawSign, PIXEL_RATIO } from './images'
import { type Box, boxOf, DOT, type Feature, idOf, imageName, imagesOf, type MapLayer, paint, popupLines, readLayers } from './layers'
import { drawingTools, makePanel } from './panel'
import { pictureForPaper } from './paper'
import { tieToList } from './selection'

setWorkerUrl(workerUrl)

const BELGIUM: Box = [2.5, 49.5, 6.4, 51.5]
const MOVE_WAIT_MS = 250

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** `notice` says what people should know, such as that not everything is drawn. */
interface Collection { type: 'FeatureCollection', features: Feature[], notice?: string }

/** Open the map an element describes. */
export function openMap(element: HTMLElement): void {
  const layers = readLayers(element.dataset.layers)
  const bounds = element.dataset.bounds?.split(',').map(Number)
  element.replaceChildren()
  const map = new MapLibre({
    container: element,
    style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': colour('--surface-2') } }] },
    bounds: bounds?.length === 4 ? (bounds as Box) : BELGIUM,
    attributionControl: false,
    maxZoom: 20,
    locale: {
      'NavigationControl.ZoomIn': t('Zoom in'), 'NavigationControl.ZoomOut': t('Zoom out'),
      'NavigationControl.ResetBearing': t('North up'), 'AttributionControl.ToggleAttribution': t('Sources of the map'),
      'Map.Title': t('Map'), 'Popup.Close': t('Close'),
    },
  })
  map.addControl(new NavigationControl({ visualizePitch: false }), 'top-right')
  map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-left')
  map.addControl(new AttributionControl({ compact: true }), 'bottom-right')
  map.on('load', () => void start(map, element, layers, !bounds))
  pictureForPaper(map, element)
  document.addEventListener('theme:change', () => map.setPaintProperty('ground', 'background-color', colour('--surface-2')))
}

async function start(map: MapLibre, element: HTMLElement, layers: MapLayer[], mustFit: boolean): Promise<void> {
  for (const layer of layers) addLayer(map, layer)
  tieToList(map, element, layers, (feature, layer) => showPopup(map, feature, layer))
  const first = map.getStyle().layers[1]?.id
  await addBase(map, readBase(element.dataset.base), first).catch(() => warn(element, t('The base map cannot be read.')))
  const shown = new Set(layers.filter(({ visible }) => visible !== false).map(({ key }) => key))
  const load = (layer: MapLayer) => fetchLayer(map, element, layer)
  const visible = layers.filter(({ key }) => shown.has(key))
  const loaded = await Promise.all(visible.map(load))
  // What can be chosen decides what is shown first; boundaries around it do not.
  const chosen = loaded.filter((_, index) => visible[index]?.selectable).flat()
  const box = boxOf(chosen.length ? chosen : loaded.flat())
  if (mustFit && box) map.fitBounds(box, { padding: roomAround(element), maxZoom: 17, animate: false })
  element.append(makePanel(map, element, layers, shown, load))
  if (element.hasAttribute('data-draw')) element.append(drawingTools(map, element))
  followMoves(map, element, layers, shown, load)
  // Lets tests and print wait for a map that is really drawn.
  map.once('idle', () => { element.dataset.ready = 'true' })
}

/** The open panel covers the left of a wide map: keep what is shown out from under it. */
function roomAround(element: HTMLElement): { top: number, bottom: number, left: number, right: number } {
  return { top: 40, bottom: 40, right: 50, left: element.clientWidth > 640 ? 260 : 40 }
}

function addLayer(map: MapLibre, layer: MapLayer): void {
  for (const { symbol, color } of imagesOf(layer)) {
    const name = imageName(symbol, color)
    if (!map.hasImage(name)) map.addImage(name, drawSign(symbol, color), { pixelRatio: PIXEL_RATIO })
  }
  if (!map.hasImage(DOT)) map.addImage(DOT, drawDot(), { pixelRatio: PIXEL_RATIO, sdf: true })
  map.addSource(layer.key, {
    type: 'geojson', data: { type: 'FeatureCollection', features: [] },
    promoteId: 'id', cluster: layer.cluster ?? false, clusterRadius: 45,
  })
  const visibility = layer.visible === false ? 'none' : 'visible'
  for (const style of paint(layer, colour('--ink-2'), colour('--accent'), colour('--surface-2'))) {
    map.addLayer({ ...style, layout: { ...('layout' in style ? style.layout : {}), visibility } } as typeof style)
  }
  if (layer.cluster) map.on('click', `${layer.key}/cluster`, (event) => void openCluster(map, layer, event.features?.[0]))
}

async function openCluster(map: MapLibre, layer: MapLayer, feature: MapGeoJSONFeature | undefined): Promise<void> {
  if (feature?.geometry.type !== 'Point') return
  const source = map.getSource<GeoJSONSource>(layer.key)
  const zoom = await source?.getClusterExpansionZoom(Number(feature.properties.cluster_id))
  map.easeTo({ center: feature.geometry.coordinates as [number, number], zoom: zoom ?? map.getZoom() + 2 })
}

async function fetchLayer(map: MapLibre, element: HTMLElement, layer: MapLayer): Promise<Feature[]> {
  const url = new URL(layer.url, location.href)
  if (layer.bbox) url.searchParams.set('bbox', map.getBounds().toArray().flat().map((part) => part.toFixed(5)).join(','))
  try {
    const response = await fetch(url, { headers: { Accept: 'application/geo+json, application/json', 'X-CSRF-Token': csrfToken() } })
    if (!response.ok) throw new Error(String(response.status))
    const collection = (await response.json()) as Collection
    for (const feature of collection.features) feature.properties = { ...feature.properties, id: idOf(feature) }
    map.getSource<GeoJSONSource>(layer.key)?.setData(collection as never)
    element.dispatchEvent(new CustomEvent('map:loaded', { bubbles: true, detail: { layer: layer.key, features: collection.features } }))
    if (collection.notice) warn(element, collection.notice, false)
    return collection.features
  } catch {
    warn(element, t('The layer “{layer}” could not be read.', { layer: layer.label }))
    return []
  }
}

function warn(element: HTMLElement, text: string, goes = true): void {
  element.querySelector('.map-message')?.remove()
  const message = make('p', { class: 'map-message', role: 'status' }, text)
  element.append(message)
  if (goes) window.setTimeout(() => message.remove(), 8000)
}

function followMoves(
  map: MapLibre, element: HTMLElement, layers: MapLayer[], shown: Set<string>, load: (layer: MapLayer) => Promise<Feature[]>,
): void {
  let timer = 0
  map.on('moveend', () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      const bbox = map.getBounds().toArray().flat()
      element.dispatchEvent(new CustomEvent('map:move', { bubbles: true, detail: { bbox } }))
      for (const layer of layers) if (layer.bbox && shown.has(layer.key)) void load(layer)
    }, MOVE_WAIT_MS)
  })
}

function showPopup(map: MapLibre, feature: Feature, layer: MapLayer): void {
  const properties = feature.properties ?? {}
  const lines = popupLines(layer, properties)
  const box = boxOf([feature])
  if (!box || !lines.length) return
  const [title, ...rest] = lines
  const head = typeof properties.url === 'string' && properties.url.startsWith('/')
    ? make('a', { href: properties.url }, title ?? '') : make('strong', {}, title ?? '')
  document.querySelectorAll('.maplibregl-popup').forEach((popup) => popup.remove())
  new Popup({ maxWidth: '18rem', focusAfterOpen: false })
    .setLngLat([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    .setDOMContent(make('div', {}, head, ...rest.map((line) => make('div', {}, line))))
    .addTo(map)
}
