/** Numbers, dates and sizes as Belgians write them, in the language of the page. */

export const BRUSSELS = 'Europe/Brussels'

const REGIONS: Record<string, string> = { fr: 'fr-BE', nl: 'nl-BE', en: 'en-BE' }

/** The regional variant of the page's language. */
export function pageLocale(lang: string = document.documentElement.lang): string {
  return REGIONS[lang.slice(0, 2)] ?? 'fr-BE'
}

export function formatNumber(value: number | null | undefined, decimals = 2, locale = pageLocale()): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  return new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }).format(value)
}

/** A number with its unit, kept together by a narrow no-break space. */
export function formatQuantity(value: number | null | undefined, unit: string, decimals = 2, locale = pageLocale()): string {
  const text = formatNumber(value, decimals, locale)
  return unit && text !== '–' ? `${text}\u202f${unit}` : text
}

export function formatDateTime(instant: Date, locale = pageLocale()): string {
  return `${formatDate(instant, locale)} ${formatTime(instant, locale)}`
}

export function formatDate(instant: Date, locale = pageLocale()): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: BRUSSELS, day: '2-digit', month: '2-digit', year: 'numeric',
  }).format(instant)
}

export function formatTime(instant: Date, locale = pageLocale()): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: BRUSSELS, hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  }).format(instant)
}

export function formatDay(instant: Date, locale = pageLocale()): string {
  return new Intl.DateTimeFormat(locale, {
    timeZone: BRUSSELS, weekday: 'long', day: 'numeric', month: 'long',
  }).format(instant)
}
