import { describe, expect, it } from 'vitest'
import { showName } from '../../src/wolkvox/agent-name.ts'

describe("an agent's name", () => {
  it('is shown as it is when plain', () => {
    expect(showName('Cóndor 001', 'plain', 'ventas')).toBe('Cóndor 001')
  })

  it('is empty when omitted', () => {
    expect(showName('Cóndor 001', 'omit', 'ventas')).toBe('')
  })

  it('becomes a pseudonym that stays the same within an operation, and is another in the next', () => {
    const pseudonym = showName('Cóndor 001', 'hash', 'ventas')
    expect(pseudonym).toMatch(/^[0-9a-f]{16}$/)
    expect(showName('Cóndor 001', 'hash', 'ventas')).toBe(pseudonym)
    expect(showName('Cóndor 002', 'hash', 'ventas')).not.toBe(pseudonym)
    expect(showName('Cóndor 001', 'hash', 'soporte')).not.toBe(pseudonym)
  })

  it.each(['plain', 'hash', 'omit'] as const)('stays empty when there is none: %s', (mode) => {
    expect(showName('', mode, 'ventas')).toBe('')
  })
})
