import { afterEach, expect, it } from 'vitest'
import { t, useTexts } from './i18n'

afterEach(() => useTexts(undefined))

it('translates and fills in', () => {
  useTexts({ '{count} not yet sent': '{count} pas encore envoyés' })
  expect(t('{count} not yet sent', { count: 3 })).toBe('3 pas encore envoyés')
})

it('falls back on English when a translation lacks or is empty', () => {
  useTexts({ Close: '' })
  expect(t('Close')).toBe('Close')
  expect(t('Unknown {x}')).toBe('Unknown {x}')
})

it('reads the dictionary of the page', () => {
  document.body.innerHTML = '<script type="application/json" id="i18n">{"Close": "Sluiten"}</script>'
  expect(t('Close')).toBe('Sluiten')
})

it('survives a damaged dictionary', () => {
  document.body.innerHTML = '<script type="application/json" id="i18n">{broken</script>'
  expect(t('Close')).toBe('Close')
})
