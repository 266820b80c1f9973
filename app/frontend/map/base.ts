/** The ground under our layers: nothing (the default), the operator's tile archive, or an official service. */
import { addProtocol, type LayerSpecification, type Map as MapLibre } from 'maplibre-gl'

export interface BaseMap { kind?: 'none' | 'pmtiles' | 'wmts', url?: string, attribution?: string }

/** Read the attribute; a base map without an attribution is refused, as its licence demands one. */
export function readBase(text: string | undefined): BaseMap {
  try {
    const base = JSON.parse(text ?? '{}') as BaseMap
    return base.url && base.attribution && base.kind && base.kind !== 'none' ? base : {}
  } catch {
    return {}
  }
}

/** Put the base map under everything else. */
export async function addBase(map: MapLibre, base: BaseMap, below: string | undefined): Promise<void> {
  if (base.kind === 'wmts' && base.url) {
    map.addSource('base', { type: 'raster', tiles: [tileAddress(base.url)], tileSize: 256, attribution: base.attribution ?? '', maxzoom: 19 })
    map.addLayer({ id: 'base', type: 'raster', source: 'base' }, below)
  } else if (base.kind === 'pmtiles' && base.url) {
    await addArchive(map, base, below)
  }
}

/** WMTS services name their parts differently; ours are z, x and y. */
export function tileAddress(url: string): string {
  return url.replace(/\{TileMatrix\}/gi, '{z}').replace(/\{TileCol\}/gi, '{x}').replace(/\{TileRow\}/gi, '{y}')
}

async function addArchive(map: MapLibre, base: BaseMap, below: string | undefined): Promise<void> {
  const { Protocol, PMTiles, TileType } = await import('pmtiles')
  const address = new URL(base.url ?? '', location.href).href
  const archive = new PMTiles(address)
  const protocol = new Protocol()
  protocol.add(archive)
  addProtocol('pmtiles', protocol.tile)
  const header = await archive.getHeader()
  const common = { url: `pmtiles://${address}`, attribution: base.attribution ?? '' }
  if (header.tileType !== TileType.Mvt) {
    map.addSource('base', { type: 'raster', tileSize: 256, ...common })
    map.addLayer({ id: 'base', type: 'raster', source: 'base' }, below)
    return
  }
  map.addSource('base', { type: 'vector', ...common })
  const metadata = (await archive.getMetadata()) as { vector_layers?: { id: string }[] }
  for (const layer of groundLayers((metadata.vector_layers ?? []).map(({ id }) => id))) map.addLayer(layer, below)
}

const GROUND: [RegExp, 'fill' | 'line', string, number][] = [
  [/^(earth|land)$/, 'fill', '#eef0ec', 1],
  [/land(use|cover)|park/, 'fill', '#dfe9d8', 0.8],
  [/water/, 'fill', '#bcd6e2', 1],
  [/building/, 'fill', '#d9d5cd', 0.8],
  [/road|transport|street/, 'line', '#c3beb4', 1.2],
  [/bound/, 'line', '#9a8fa5', 1],
]

/** A calm style for vector archives, whatever their scheme: known names are drawn, the rest is not. */
export function groundLayers(names: string[]): LayerSpecification[] {
  return GROUND.flatMap(([pattern, type, color, strength]) =>
    names.filter((name) => pattern.test(name)).map((name): LayerSpecification => (type === 'fill'
      ? { id: `base/${name}`, type, source: 'base', 'source-layer': name, filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': color, 'fill-opacity': strength } }
      : { id: `base/${name}`, type, source: 'base', 'source-layer': name, paint: { 'line-color': color, 'line-width': strength } })))
}
