// @vitest-environment node
import { expect, it } from 'vitest'
import { iconsNamedIn, symbolFrom } from './icons.js'

it.each([
  ["{{ icon('home') }}", ['home']],
  ['NavigationItem(icon="map-2", label="x")', ['map-2']],
  ["ui.empty_state('x', icon_name='inbox')", ['inbox']],
  ["{'icon': 'tool', 'tone': 'info'}", ['tool']],
  ["icon(item.icon)", []],
])('finds the names in %s', (text, names) => {
  expect(iconsNamedIn(text)).toEqual(names)
})

it('makes a symbol that takes the colour of its text', () => {
  const symbol = symbolFrom('x', '<!-- licence -->\n<svg xmlns="a" stroke="currentColor"><path d="M1 1" /></svg>')
  expect(symbol).toBe('<symbol id="x" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"><path d="M1 1" /></symbol>')
})
