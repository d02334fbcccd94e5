import { describe, expect, it } from 'vitest'
import { categoryOf } from '../../src/wolkvox/categories.ts'

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
    'is found without case, accents and outer space: %j',
    (state) => {
      expect(categoryOf(state)).toBe('ready')
    },
  )

  it('is the same whether an accent is one character or two', () => {
    expect(categoryOf('Ha\u0301blando')).toBe('talk')
    expect(categoryOf('H\u00e1blando')).toBe('talk')
  })
})
