// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { oweSignOut, paySignOut } from './sign_out'

let calls: string[]
let here: string | undefined
let isOnline: boolean

const send = ((url: string, { method = 'GET', body }: RequestInit = {}) => Promise.resolve().then(() => {
  if (!isOnline) throw new TypeError('no network')
  calls.push(`${method} ${url}${body ? ` ${body}` : ''}`)
  if (!here) return new Response('{}', { status: 401 })
  return new Response(JSON.stringify({ technician: { id: here }, csrf_token: 'fresh' }))
})) as typeof fetch
const pay = () => paySignOut(localStorage, '/day', '/sign-out', send)

beforeEach(() => {
  localStorage.clear()
  calls = []
  here = 'ilse'
  isOnline = true
})

describe('a sign-out without network', () => {
  it('ends the session, with a fresh proof, as soon as there is one, and once', async () => {
    oweSignOut(localStorage, 'ilse')
    isOnline = false
    await expect(pay()).rejects.toThrow(TypeError)
    isOnline = true
    await pay()
    await pay()
    expect(calls).toEqual(['GET /day', 'POST /sign-out csrf_token=fresh'])
  })

  it.each(['karim', undefined])('signs out nobody who came since (%s)', async (who) => {
    oweSignOut(localStorage, 'ilse')
    here = who
    await pay()
    await pay()
    expect(calls).toEqual(['GET /day'])
  })

  it('costs nothing where nobody left', async () => {
    await pay()
    expect(calls).toEqual([])
  })
})
