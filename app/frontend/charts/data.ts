/** The figures of a curve as the server sends them (docs/frontend.md), made ready for drawing and for the table. */

export type LineStyle = 'line' | 'dashed' | 'dotted' | 'bars' | 'steps'

export interface Series {
  key: string
  label: string
  /** One value a slot in the unit of the curve; null is a gap. */
  values: (number | null)[]
  style?: LineStyle
  /** A part of another series: null is no gap, it says nothing. */
  sparse?: boolean
}

export interface Band { label: string, low: (number | null)[], high: (number | null)[] }

export interface AlertWindow { from: string, to: string, label: string, tone?: 'danger' | 'warning' | 'info' }

export interface CurveData {
  title: string
  unit: string
  /** What the axis counts, written out; the unit alone without it. */
  axis?: string
  decimals?: number
  /** First slot (ISO, UTC) and length of a slot in seconds; or `times` in epoch seconds. */
  start?: string
  step_s?: number
  times?: number[]
  series: Series[]
  band?: Band
  alerts?: AlertWindow[]
  threshold?: { label: string, value: number }
  source?: string
}

/** A window in epoch seconds. */
export interface Window { from: number, to: number, label: string, tone: string }

/** Number of slots: the longest of the series. */
export function length(data: CurveData): number {
  return Math.max(data.times?.length ?? 0, ...data.series.map((series) => series.values.length), 0)
}

/** The epoch second at which each slot begins. */
export function times(data: CurveData): number[] {
  if (data.times) return data.times
  const first = Date.parse(data.start ?? '') / 1000
  const step = data.step_s ?? 900
  if (Number.isNaN(first)) return []
  return Array.from({ length: length(data) }, (_, slot) => first + slot * step)
}

/** Bring a list of values to the length of the curve; what is missing is a gap. */
export function padded(values: (number | null)[], size: number): (number | null)[] {
  return Array.from({ length: size }, (_, slot) => values[slot] ?? null)
}

/** Alert windows in epoch seconds; unreadable ones are dropped. */
export function windows(data: CurveData): Window[] {
  return (data.alerts ?? [])
    .map(({ from, to, label, tone = 'danger' }) => ({ from: Date.parse(from) / 1000, to: Date.parse(to) / 1000, label, tone }))
    .filter(({ from, to }) => from < to)
}

/** Tell whether there is anything to draw. */
export function isEmpty(data: CurveData): boolean {
  return !data.series.some((series) => series.values.some((value) => value !== null && value !== undefined))
}

export interface Row { time: number, values: (number | null)[] }

/** Rows for the table behind the curve, at most `limit`: evenly chosen, first and last included. */
export function rows(data: CurveData, limit = 1000): Row[] {
  const at = times(data)
  const count = Math.min(limit, at.length)
  return Array.from({ length: count }, (_, index) => {
    const slot = count < at.length ? Math.round((index * (at.length - 1)) / (count - 1)) : index
    return { time: at[slot] ?? 0, values: data.series.map((series) => series.values[slot] ?? null) }
  })
}

/** Lengths of time between two marks of the axis that people read easily, in seconds. */
export const TIME_STEPS = [900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000, 31536000]

/** How precisely a mark of the time axis is written, from the distance between marks. */
export function precision(stepSeconds: number): 'hour' | 'day' | 'month' | 'year' {
  if (stepSeconds < 86400) return 'hour'
  if (stepSeconds < 2419200) return 'day'
  return stepSeconds < 31536000 ? 'month' : 'year'
}

/** The part of the time axis after zooming or moving, kept inside the whole. */
export function moved(view: [number, number], whole: [number, number], zoom: number, shift: number): [number, number] {
  const span = Math.min((view[1] - view[0]) * zoom, whole[1] - whole[0])
  const middle = (view[0] + view[1]) / 2 + shift * (view[1] - view[0])
  const from = Math.min(Math.max(middle - span / 2, whole[0]), whole[1] - span)
  return [from, from + span]
}
