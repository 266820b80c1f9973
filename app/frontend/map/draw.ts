/** Searching by drawing: a polygon on the map becomes a filter of the list. Loaded when first used. */
import type { Map as MapLibre } from 'maplibre-gl'
import { TerraDraw, TerraDrawPolygonMode } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'

export interface Polygon { type: 'Polygon', coordinates: number[][][] }

/** Let the person draw one polygon; calls back with it. Returns the way to begin again and to erase. */
export function makeDrawing(map: MapLibre, onDrawn: (polygon: Polygon) => void): { begin(): void, show(polygon: Polygon): void, erase(): void } {
  const draw = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map }),
    modes: [new TerraDrawPolygonMode({
      styles: { fillColor: '#0e5f66', fillOpacity: 0.15, outlineColor: '#0e5f66', outlineWidth: 3 },
    })],
  })
  draw.start()
  draw.on('finish', (id) => {
    const feature = draw.getSnapshot().find((candidate) => candidate.id === id)
    draw.setMode('static')
    if (feature?.geometry.type === 'Polygon') onDrawn(feature.geometry as Polygon)
  })
  return {
    begin() {
      draw.clear()
      draw.setMode('polygon')
    },
    show(polygon) {
      draw.clear()
      draw.addFeatures([{ type: 'Feature', geometry: polygon, properties: { mode: 'polygon' } }])
    },
    erase() {
      draw.clear()
      draw.setMode('static')
    },
  }
}
