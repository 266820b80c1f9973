/** Draws one curve with uPlot: gaps as gaps, expected band, alert windows, our colours in light and dark. */
import uPlot from 'uplot'
import { BRUSSELS, formatNumber, pageLocale } from '../shared/format'
import { type CurveData, length, type LineStyle, padded, precision, TIME_STEPS, times, windows } from './data'

const DASHES: Partial<Record<LineStyle, number[]>> = { dashed: [7, 5], dotted: [2, 4] }

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** The colour of the series at a place, the same in the legend. */
export function seriesColour(index: number): string {
  return colour(`--series-${(index % 5) + 1}`)
}

/** Make the chart; `onCursor` receives the slot under the pointer, or null. */
export function drawCurve(
  place: HTMLElement, data: CurveData, height: number, onCursor: (slot: number | null) => void,
): uPlot {
  const size = length(data)
  const columns: (number | null)[][] = data.series.map((series) => padded(series.values, size))
  const series: uPlot.Series[] = [{}, ...data.series.map(styleOf)]
  const bands: uPlot.Band[] = []
  if (data.band) {
    columns.push(padded(data.band.high, size), padded(data.band.low, size))
    const hidden: uPlot.Series = { stroke: 'transparent', points: { show: false }, spanGaps: false }
    series.push({ ...hidden, label: data.band.label }, { ...hidden, label: data.band.label })
    bands.push({ series: [series.length - 2, series.length - 1], fill: colour('--chart-band') })
  }
  return new uPlot({
    width: place.clientWidth || 600,
    height,
    series,
    bands,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), BRUSSELS),
    legend: { show: false },
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
    scales: { x: { time: true }, y: { range: (_plot, low, high) => yRange(low, high, data) } },
    axes: [timeAxis(), valueAxis(data)],
    hooks: {
      drawAxes: [(plot) => shadeAlerts(plot, data)],
      draw: [(plot) => drawThreshold(plot, data)],
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
    },
  }, [times(data), ...columns] as uPlot.AlignedData, place)
}

function styleOf({ label, style = 'line' }: CurveData['series'][number], index: number): uPlot.Series {
  const stroke = seriesColour(index)
  const paths = style === 'bars' ? uPlot.paths.bars?.({ size: [0.8, 40] })
    : style === 'steps' ? uPlot.paths.stepped?.({ align: 1 }) : undefined
  return {
    label, stroke, width: 1.75, spanGaps: false,
    points: { show: false },
    ...(paths ? { paths } : {}),
    ...(style === 'bars' ? { fill: stroke } : {}),
    ...(DASHES[style] ? { dash: DASHES[style] } : {}),
  }
}

function yRange(low: number | null, high: number | null, data: CurveData): [number, number] {
  const top = Math.max(high ?? 1, data.threshold?.value ?? -Infinity)
  const bottom = Math.min(low ?? 0, 0)
  return [bottom, top === bottom ? bottom + 1 : top + (top - bottom) * 0.06]
}

function axisLook(): Partial<uPlot.Axis> {
  return {
    stroke: colour('--ink-2'),
    font: '12px system-ui, sans-serif',
    labelFont: '12px system-ui, sans-serif',
    grid: { stroke: colour('--chart-grid'), width: 1 },
    ticks: { stroke: colour('--chart-grid'), width: 1, size: 5 },
  }
}

function timeAxis(): uPlot.Axis {
  const formats: Record<string, Intl.DateTimeFormat> = {
    hour: new Intl.DateTimeFormat(pageLocale(), { timeZone: BRUSSELS, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    day: new Intl.DateTimeFormat(pageLocale(), { timeZone: BRUSSELS, day: 'numeric', month: 'short' }),
    month: new Intl.DateTimeFormat(pageLocale(), { timeZone: BRUSSELS, month: 'short', year: '2-digit' }),
    year: new Intl.DateTimeFormat(pageLocale(), { timeZone: BRUSSELS, year: 'numeric' }),
  }
  const dayOf = (seconds: number) => formats.day!.format(seconds * 1000)
  return {
    ...axisLook(),
    space: 70,
    incrs: TIME_STEPS,
    values: (_plot, marks) => {
      const kind = precision((marks[1] ?? 0) - (marks[0] ?? 0))
      return marks.map((mark, index) => {
        const text = formats[kind]!.format(mark * 1000)
        const isNewDay = index === 0 || dayOf(mark) !== dayOf(marks[index - 1] ?? mark)
        return kind === 'hour' && isNewDay ? `${text}\n${dayOf(mark)}` : text
      })
    },
  }
}

function valueAxis(data: CurveData): uPlot.Axis {
  return {
    ...axisLook(),
    label: data.axis ?? data.unit,
    labelSize: 20,
    size: (_plot, values) => 14 + 7 * Math.max(3, ...(values ?? []).map((value) => String(value).length)),
    values: (_plot, marks) => marks.map((mark) => formatNumber(mark, 3)),
  }
}

function shadeAlerts(plot: uPlot, data: CurveData): void {
  const { ctx, bbox } = plot
  ctx.save()
  for (const { from, to, tone } of windows(data)) {
    const left = Math.max(plot.valToPos(from, 'x', true), bbox.left)
    const right = Math.min(plot.valToPos(to, 'x', true), bbox.left + bbox.width)
    if (right <= left) continue
    ctx.fillStyle = colour('--chart-alert')
    ctx.fillRect(left, bbox.top, right - left, bbox.height)
    // A line on top as well: colour alone does not carry the meaning.
    ctx.fillStyle = colour(tone === 'info' ? '--info' : tone === 'warning' ? '--warning' : '--danger')
    ctx.fillRect(left, bbox.top, right - left, 4 * devicePixelRatio)
  }
  ctx.restore()
}

function drawThreshold(plot: uPlot, data: CurveData): void {
  if (!data.threshold) return
  const { ctx, bbox } = plot
  const y = plot.valToPos(data.threshold.value, 'y', true)
  ctx.save()
  ctx.strokeStyle = colour('--danger')
  ctx.setLineDash([8, 4])
  ctx.lineWidth = devicePixelRatio
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.restore()
}
