/** Maps: `<div data-map>` becomes a MapLibre map of our own layers, tied to its list. */
import 'maplibre-gl/dist/maplibre-gl.css'
import { fresh, onContent } from '../shared/dom'
import { t } from '../shared/i18n'

onContent((root) => {
  for (const element of fresh<HTMLElement>(root, '[data-map]')) {
    import('./view').then(({ openMap }) => openMap(element)).catch(() => {
      element.replaceChildren(Object.assign(document.createElement('p'), {
        className: 'map-fallback', textContent: t('This device cannot draw the map; the list holds the same information.'),
      }))
    })
  }
})
