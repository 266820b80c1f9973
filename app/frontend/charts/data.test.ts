import { describe, expect, it } from 'vitest'
import { type CurveData, isEmpty, moved, padded, precision, rows, times, windows } from './data'

const curve = (more: Partial<CurveData> = {}): CurveData => ({
  title: 'T', unit: 'kWh', start: '2026-03-01T23:00:00Z', step_s: 900,
  series: [{ key: 'a', label: 'A', values: [1, null, 3] }, { key: 'b', label: 'B', values: [4] }], ...more,
})

describe('the time of slots', () => {
  it('counts from the start in UTC', () => {
    expect(times(curve())).toEqual([1772406000, 1772406900, 1772407800])
  })

  it('may be given slot by slot', () => {
    expect(times(curve({ times: [1, 2, 30] }))).toEqual([1, 2, 30])
  })

  it('is empty when the start cannot be read', () => {
    expect(times(curve({ start: 'yesterday' }))).toEqual([])
  })

  it('has 92, 96 or 100 quarter-hours a day without asking the clock', () => {
    const summer = curve({ start: '2026-03-28T23:00:00Z', series: [{ key: 'a', label: 'A', values: Array(92).fill(1) }] })
    const all = times(summer)
    expect((all.at(-1) ?? 0) + 900).toBe(Date.parse('2026-03-29T22:00:00Z') / 1000)
  })
})

describe('values', () => {
  it('that are missing are gaps, never zeros', () => {
    expect(padded([4], 3)).toEqual([4, null, null])
  })

  it('that are all gaps make an empty curve', () => {
    expect(isEmpty(curve({ series: [{ key: 'a', label: 'A', values: [null, null] }] }))).toBe(true)
    expect(isEmpty(curve({ series: [{ key: 'a', label: 'A', values: [null, 0] }] }))).toBe(false)
  })
})

describe('the table', () => {
  it('has a row a slot', () => {
    expect(rows(curve())).toEqual([
      { time: 1772406000, values: [1, 4] }, { time: 1772406900, values: [null, null] }, { time: 1772407800, values: [3, null] },
    ])
  })

  it('is thinned evenly with first and last kept', () => {
    const long = curve({ series: [{ key: 'a', label: 'A', values: Array.from({ length: 35_040 }, (_, i) => i) }] })
    const thin = rows(long, 1000)
    expect(thin).toHaveLength(1000)
    expect(thin[0]?.values).toEqual([0])
    expect(thin.at(-1)?.values).toEqual([35_039])
  })
})

describe('alert windows', () => {
  it('are read in epoch seconds, impossible ones dropped', () => {
    const alerts = [
      { from: '2026-03-02T01:00:00Z', to: '2026-03-02T02:00:00Z', label: 'Leak' },
      { from: '2026-03-02T02:00:00Z', to: '2026-03-02T01:00:00Z', label: 'Backwards' },
      { from: 'x', to: 'y', label: 'Broken' },
    ]
    expect(windows(curve({ alerts }))).toEqual([{ from: 1772413200, to: 1772416800, label: 'Leak', tone: 'danger' }])
  })
})

describe('the view', () => {
  const whole: [number, number] = [0, 1000]
  it('zooms around its middle', () => expect(moved([0, 1000], whole, 0.5, 0)).toEqual([250, 750]))
  it('moves by its own width', () => expect(moved([0, 400], whole, 1, 0.5)).toEqual([200, 600]))
  it('never leaves the whole', () => {
    expect(moved([800, 1000], whole, 1, 0.5)).toEqual([800, 1000])
    expect(moved([0, 800], whole, 4, 0)).toEqual([0, 1000])
  })
})

it('marks of the axis become coarser with distance', () => {
  expect([900, 86400, 2592000, 31536000].map(precision)).toEqual(['hour', 'day', 'month', 'year'])
})
