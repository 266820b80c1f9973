import { describe, expect, it } from 'vitest'
import { completed, mentionAt } from './mentions'

describe('mentionAt', () => {
  it.each([
    ['@ma', 3, 'ma'],
    ['Hello @marie.du', 15, 'marie.du'],
    ['(@jan', 5, 'jan'],
    ['@jan, look', 4, 'jan'],
    ['a@b', 3, undefined],
    ['@', 1, undefined],
    ['@jan ', 5, undefined],
    ['@@jan', 5, undefined],
  ])('reads %j at %i as %j', (text, caret, typed) => {
    expect(mentionAt(text, caret)).toBe(typed)
  })
})

describe('completed', () => {
  it('puts the handle in place and the caret after it', () => {
    expect(completed('Hello @ma, look', 9, 'marie.dupont')).toEqual({ text: 'Hello @marie.dupont , look', caret: 20 })
  })

  it('does not double the space that follows', () => {
    expect(completed('@ja now', 3, 'jan').text).toBe('@jan now')
  })
})
