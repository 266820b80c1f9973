/** Map and list side by side with one selection: choosing in either shows it in both. */
import type { Map as MapLibre } from 'maplibre-gl'
import { boxOf, type Feature, idOf, type MapLayer } from './layers'

type Show = (feature: Feature, layer: MapLayer) => void

export function tieToList(map: MapLibre, element: HTMLElement, layers: MapLayer[], show: Show): void {
  const known = new Map<string, { feature: Feature, layer: MapLayer }>()
  let selected: { id: string, layer: string } | undefined
  const byKey = new Map(layers.map((layer) => [layer.key, layer]))
  const list = () => (element.dataset.list ? document.querySelector(element.dataset.list) : null)

  element.addEventListener('map:loaded', (event) => {
    const { layer, features } = (event as CustomEvent<{ layer: string, features: Feature[] }>).detail
    const declared = byKey.get(layer)
    if (declared) for (const feature of features) known.set(idOf(feature), { feature, layer: declared })
    // What is selected stays selected when its layer is read again.
    if (selected?.layer === layer) map.setFeatureState({ source: layer, id: selected.id }, { selected: true })
  })

  const select = (id: string, mustMove: boolean) => {
    const found = known.get(id)
    if (!found) return
    if (selected) map.setFeatureState({ source: selected.layer, id: selected.id }, { selected: false })
    selected = { id, layer: found.layer.key }
    map.setFeatureState({ source: found.layer.key, id }, { selected: true })
    markRow(list(), id, !mustMove)
    const box = boxOf([found.feature])
    if (mustMove && box) map.fitBounds(box, { padding: 80, maxZoom: 18, duration: 400 })
    show(found.feature, found.layer)
    element.dispatchEvent(new CustomEvent('map:select', {
      bubbles: true, detail: { id, layer: found.layer.key, properties: found.feature.properties },
    }))
  }

  for (const layer of layers.filter(({ selectable }) => selectable)) {
    for (const part of ['fill', 'point', 'line', 'dot']) {
      const id = `${layer.key}/${part}`
      if (!map.getLayer(id)) continue
      map.on('click', id, (event) => {
        const feature = event.features?.[0] as unknown as Feature | undefined
        if (feature) select(idOf(feature), false)
      })
      map.on('mouseenter', id, () => { map.getCanvas().style.cursor = 'pointer' })
      map.on('mouseleave', id, () => { map.getCanvas().style.cursor = '' })
    }
  }
  element.addEventListener('map:show', (event) => select(String((event as CustomEvent<{ id: unknown }>).detail.id), true))
  document.addEventListener('click', (event) => chooseRow(event, list(), select))
  document.addEventListener('focusin', (event) => chooseRow(event, list(), select))
}

function chooseRow(event: Event, list: Element | null, select: (id: string, mustMove: boolean) => void): void {
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-feature-id]') : null
  if (row && list?.contains(row) && !row.classList.contains('is-selected')) select(row.dataset.featureId ?? '', true)
}

function markRow(list: Element | null, id: string, mustScroll: boolean): void {
  for (const row of list?.querySelectorAll('[data-feature-id]') ?? []) {
    const isChosen = row.getAttribute('data-feature-id') === id
    row.classList.toggle('is-selected', isChosen)
    if (isChosen) row.setAttribute('aria-current', 'true')
    else row.removeAttribute('aria-current')
    if (isChosen && mustScroll) row.scrollIntoView({ block: 'nearest' })
  }
}
