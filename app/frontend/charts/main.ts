/** Curves: `<figure data-chart>` asks its address for figures and shows them as a drawing, a legend and a table. */
import 'uplot/dist/uPlot.min.css'
import type uPlot from 'uplot'
import { fresh, make, onContent } from '../shared/dom'
import { formatDateTime, formatQuantity, formatNumber } from '../shared/format'
import { t } from '../shared/i18n'
import { type CurveData, isEmpty, moved, rows, times, windows } from './data'
import { drawCurve, seriesColour } from './draw'

onContent((root) => {
  for (const figure of fresh<HTMLElement>(root, 'figure[data-chart]')) whenSeen(figure, () => void load(figure))
})

function whenSeen(element: HTMLElement, then: () => void): void {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return
    observer.disconnect()
    then()
  }, { rootMargin: '200px' })
  observer.observe(element)
}

async function load(figure: HTMLElement): Promise<void> {
  const canvas = figure.querySelector<HTMLElement>('[data-chart-canvas]')
  if (!canvas) return
  try {
    const response = await fetch(figure.dataset.src ?? '', { headers: { Accept: 'application/json' } })
    if (!response.ok) throw new Error(String(response.status))
    const data = (await response.json()) as CurveData
    if (isEmpty(data)) return say(canvas, t('No reading in this period.'))
    show(figure, canvas, data)
  } catch {
    const again = make('button', { type: 'button', class: 'btn btn-sm' }, t('Try again'))
    again.addEventListener('click', () => void load(figure))
    say(canvas, t('The figures could not be read.'), ' ', again)
  }
}

function say(canvas: HTMLElement, ...content: (string | Node)[]): void {
  canvas.replaceChildren(make('p', { class: 'chart-message', role: 'status' }, ...content))
}

function show(figure: HTMLElement, canvas: HTMLElement, data: CurveData): void {
  const readout = make('p', { class: 'chart-readout' })
  const plotPlace = make('div', { role: 'img', 'aria-label': summary(data) })
  const height = Number(figure.dataset.height) || 280
  let plot: uPlot | undefined
  const draw = () => {
    plot?.destroy()
    plot = drawCurve(plotPlace, data, height, (slot) => { readout.textContent = describe(data, slot) })
  }
  const view = (zoom: number, shift: number) => plot && change(plot, data, zoom, shift)
  canvas.replaceChildren(make('div', { class: 'chart-head' }, readout, tools(view)), plotPlace, legend(data), sourceLine(data))
  draw()
  let width = plotPlace.clientWidth
  new ResizeObserver(() => {
    if (plotPlace.clientWidth === width || !plotPlace.clientWidth) return
    width = plotPlace.clientWidth
    plot?.setSize({ width, height })
  }).observe(plotPlace)
  document.addEventListener('theme:change', () => {
    draw()
    canvas.querySelector('.chart-legend')?.replaceWith(legend(data))
  })
  const table = figure.querySelector<HTMLDetailsElement>('[data-chart-table]')
  table?.addEventListener('toggle', () => fillTable(table, data), { once: true })
}

/** What the drawing says, for those who do not see it. */
function summary(data: CurveData): string {
  const values = data.series.flatMap((series) => series.values).filter((value) => value !== null)
  const low = formatQuantity(values.reduce((a, b) => Math.min(a, b), Infinity), data.unit)
  const high = formatQuantity(values.reduce((a, b) => Math.max(a, b), -Infinity), data.unit)
  return t('{title}: from {low} to {high}', { title: data.title, low, high })
}

function describe(data: CurveData, slot: number | null): string {
  const time = slot === null ? undefined : times(data)[slot]
  if (slot === null || time === undefined) return ''
  const values = data.series.filter((series) => !series.sparse || series.values[slot] != null).map((series) =>
    `${series.label}: ${series.values[slot] == null ? t('no reading') : formatQuantity(series.values[slot], data.unit, data.decimals ?? 2)}`)
  const alert = windows(data).find(({ from, to }) => time >= from && time < to)
  return [formatDateTime(new Date(time * 1000)), ...values, ...(alert ? [`⚠ ${alert.label}`] : [])].join(' · ')
}

function change(plot: uPlot, data: CurveData, zoom: number, shift: number): void {
  const at = times(data)
  const whole: [number, number] = [at[0] ?? 0, at.at(-1) ?? 1]
  const { min, max } = plot.scales.x ?? {}
  const view: [number, number] = [min ?? whole[0], max ?? whole[1]]
  const [from, to] = zoom === Infinity ? whole : moved(view, whole, zoom, shift)
  plot.setScale('x', { min: from, max: to })
}

function tools(view: (zoom: number, shift: number) => void): HTMLElement {
  const buttons: [string, string, number, number][] = [
    ['←', t('Earlier'), 1, -0.5], ['→', t('Later'), 1, 0.5],
    ['+', t('Zoom in'), 0.5, 0], ['−', t('Zoom out'), 2, 0],
    ['↔', t('Whole period'), Infinity, 0],
  ]
  return make('div', { class: 'chart-tools' }, ...buttons.map(([sign, label, zoom, shift]) => {
    const button = make('button', { type: 'button', class: 'btn btn-sm btn-ghost-secondary', 'aria-label': label, title: label },
      make('span', { 'aria-hidden': 'true' }, sign), make('span', { class: 'chart-tool-name' }, label))
    button.addEventListener('click', () => view(zoom, shift))
    return button
  }))
}

function legend(data: CurveData): HTMLElement {
  const items = data.series.map((series, index) => {
    const key = make('span', { class: `chart-key chart-key-${series.style ?? 'line'}`, 'aria-hidden': 'true' })
    key.style.borderTopColor = seriesColour(index)
    return make('li', {}, key, series.label)
  })
  const block = (variable: string, label: string) => {
    const key = make('span', { class: 'chart-key chart-key-band', 'aria-hidden': 'true' })
    key.style.background = `var(${variable})`
    return make('li', {}, key, label)
  }
  if (data.band) items.push(block('--chart-band', data.band.label))
  for (const label of new Set(windows(data).map((window) => window.label))) items.push(block('--chart-alert', label))
  if (data.threshold) items.push(make('li', {}, `┄ ${data.threshold.label}: ${formatQuantity(data.threshold.value, data.unit)}`))
  return make('ul', { class: 'chart-legend' }, ...items)
}

function sourceLine(data: CurveData): HTMLElement {
  return make('p', { class: 'form-hint' }, data.source ? t('Source: {source}', { source: data.source }) : '')
}

function fillTable(details: HTMLElement, data: CurveData): void {
  const place = details.querySelector('[data-chart-rows]')
  const unit = data.unit ? ` (${data.unit})` : ''
  const head = make('tr', {}, make('th', { scope: 'col' }, t('Beginning')),
    ...data.series.map((series) => make('th', { scope: 'col', class: 'text-end' }, series.label + unit)))
  const body = rows(data).map(({ time, values }) => make('tr', {}, make('td', {}, formatDateTime(new Date(time * 1000))),
    ...values.map((value, index) => make('td', { class: 'text-end' }, value !== null ? formatNumber(value, data.decimals ?? 2)
      : data.series[index]?.sparse ? '' : t('no reading')))))
  place?.replaceChildren(make('table', { class: 'table table-sm' },
    make('caption', { class: 'visually-hidden' }, data.title), make('thead', {}, head), make('tbody', {}, ...body)))
}
