import { describe, expect, it } from 'vitest'
import { exposedName } from '../../src/reports/agent-identity.ts'

describe('the name of an agent', () => {
  it('is exposed unchanged if it is plain', () => {
    expect(exposedName('Cóndor 001', 'plain', 'ventas')).toBe('Cóndor 001')
  })

  it('is empty if it is omitted', () => {
    expect(exposedName('Cóndor 001', 'omit', 'ventas')).toBe('')
  })

  it('becomes a pseudonym that is the same within an operation and differs between operations', () => {
    const pseudonym = exposedName('Cóndor 001', 'hash', 'ventas')
    expect(pseudonym).toMatch(/^[0-9a-f]{16}$/)
    expect(exposedName('Cóndor 001', 'hash', 'ventas')).toBe(pseudonym)
    expect(exposedName('Cóndor 002', 'hash', 'ventas')).not.toBe(pseudonym)
    expect(exposedName('Cóndor 001', 'hash', 'soporte')).not.toBe(pseudonym)
  })

  it.each(['plain', 'hash', 'omit'] as const)('is empty if there is none: %s', (mode) => {
    expect(exposedName('', mode, 'ventas')).toBe('')
  })
})
