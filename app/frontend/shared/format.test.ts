import { describe, expect, it } from 'vitest'
import { formatDateTime, formatNumber, formatQuantity, formatTime, pageLocale } from './format'

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('numbers', () => {
  it('are written as Belgians do in each language', () => {
    expect(plain(formatNumber(12345.678, 2, 'fr-BE'))).toBe('12 345,68')
    expect(plain(formatNumber(12345.678, 2, 'nl-BE'))).toBe('12.345,68')
  })

  it('show a dash when there is none', () => {
    expect(formatNumber(null)).toBe('–')
    expect(formatNumber(Number.NaN)).toBe('–')
    expect(formatQuantity(undefined, 'kWh')).toBe('–')
  })

  it('stay together with their unit', () => {
    expect(formatQuantity(1.5, 'kWh', 1, 'nl-BE')).toBe('1,5\u202fkWh')
  })
})

describe('instants', () => {
  it('are shown in Brussels whatever the device thinks', () => {
    expect(formatTime(new Date('2026-03-02T09:05:00Z'), 'fr-BE')).toBe('10:05')
    expect(formatDateTime(new Date('2026-07-01T22:30:00Z'), 'nl-BE')).toMatch(/^0?2[/-]0?7[/-]2026 00:30$/)
  })

  it('follow the language of the page', () => {
    expect(pageLocale('nl')).toBe('nl-BE')
    expect(pageLocale('fr-FR')).toBe('fr-BE')
    expect(pageLocale('de')).toBe('fr-BE')
  })
})
