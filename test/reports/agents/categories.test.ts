import { describe, expect, it } from 'vitest'
import { categoryOf } from '../../../src/reports/agents/categories.ts'

describe('the category of a state', () => {
  it.each([
    ['ready', ['ready', 'available', 'disponible', 'listo']],
    ['talk', ['talk', 'talking', 'on call', 'in call', 'en llamada', 'hablando', 'inbound', 'outbound']],
    ['ring', ['ring', 'ringing', 'timbrando']],
    ['acw', ['acw', 'after call work', 'wrap up']],
    ['logout', ['logout', 'logged out', 'disconnected', 'desconectado', 'offline']],
    ['aux', ['Almuerzo', 'Baño', 'Lunch', 'Capacitación', 'ready soon', '🍽️', '__proto__', 'constructor']],
    ['unknown', ['', '  ']],
  ])('%s: %j', (category, states) => {
    for (const state of states) expect(categoryOf(state)).toBe(category)
  })

  it.each(['READY', ' Ready ', 'rEaDy', 'Réady', 'DISPONIBLE', 'Lístó'])(
    'does not depend on case, accents and outer space: %j',
    (state) => {
      expect(categoryOf(state)).toBe('ready')
    },
  )

  it.each(['log out', 'LOG-OUT', 'logged-out', 'logged_out', 'Logged  out', 'log\u2011out'])(
    'does not depend on spaces and hyphens: %j',
    (state) => {
      expect(categoryOf(state)).toBe('logout')
    },
  )

  it('of an own state depends on them', () => {
    expect(categoryOf('log out', { logout: 'aux' })).toBe('logout')
    expect(categoryOf('log out', { 'log out': 'aux' })).toBe('aux')
  })

  it('is the same for an accent of one character and of two', () => {
    expect(categoryOf('Ha\u0301blando')).toBe('talk')
    expect(categoryOf('H\u00e1blando')).toBe('talk')
  })

  it('is aux for a text too long to be a known state, even if only marks make it long', () => {
    expect(categoryOf('x'.repeat(65))).toBe('aux')
    expect(categoryOf(`ready${'\u0301'.repeat(60)}`)).toBe('aux')
    expect(categoryOf(`${' '.repeat(1000)}ready`)).toBe('ready')
  })

  it('takes milliseconds for 1 MiB of combining marks, whose order normalising would sort', () => {
    const marks = (length: number) => '\u0323\u0301'.repeat(length / 2)
    const ofShort = fastest(() => categoryOf(marks(2 ** 12)))
    // 64 KiB first: with quadratic time, 1 MiB would take minutes to fail.
    for (const length of [2 ** 16, 2 ** 20]) {
      const text = marks(length)
      expect(fastest(() => categoryOf(text))).toBeLessThan((length / 2 ** 12) * ofShort + 5)
    }
  })
})

/** The shortest of several runs, in milliseconds: other load on the machine only makes a run slower. */
function fastest(run: () => void): number {
  const times = Array.from({ length: 3 }, () => {
    const startedAt = performance.now()
    run()
    return performance.now() - startedAt
  })
  return Math.min(...times)
}
