/** A map on paper: its drawing surface is not kept, so a picture of it is taken just before. */
import type { Map as MapLibre } from 'maplibre-gl'
import { make } from '../shared/dom'

export function pictureForPaper(map: MapLibre, element: HTMLElement): void {
  window.addEventListener('beforeprint', () => {
    element.querySelector('.map-picture')?.remove()
    // Drawn and copied in one breath: after it the browser may have emptied the surface.
    map.redraw()
    const surface = map.getCanvas()
    const picture = make('canvas', { class: 'map-picture', width: String(surface.width), height: String(surface.height) })
    picture.getContext('2d')?.drawImage(surface, 0, 0)
    element.append(picture)
  })
  window.addEventListener('afterprint', () => element.querySelector('.map-picture')?.remove())
}
