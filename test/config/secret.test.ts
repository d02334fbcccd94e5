import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/config/secret.ts'

const secret = new Secret('test-token')

describe('Secret', () => {
  it('returns the token from reveal()', () => {
    expect(secret.reveal()).toBe('test-token')
  })

  it.each([
    ['String', () => String(secret)],
    ['a template', () => `${secret}`],
    ['string concatenation', () => `token ${secret.toString()}`],
    ['JSON', () => JSON.stringify(secret)],
    ['JSON of an object that contains it', () => JSON.stringify({ operations: [{ token: secret }] })],
    ['inspect', () => inspect(secret)],
    ['inspect with showHidden', () => inspect(secret, { showHidden: true, depth: null })],
    ['inspect without customInspect', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['inspect of an object that contains it', () => inspect({ deep: { token: secret } }, { depth: null })],
    ['format with %s', () => format('%s', secret)],
    ['format with %o', () => format('%o', secret)],
    ['format with %j', () => format('%j', secret)],
    ['spreading', () => inspect({ ...secret })],
    ['the list of its keys', () => inspect(Reflect.ownKeys(secret))],
    ['copying', () => inspect(structuredClone(secret))],
    ['an error that mentions it', () => inspect(new Error(`wrong: ${secret}`, { cause: secret }))],
  ])('is not revealed by %s', (_, show) => {
    expect(show()).not.toContain('test-token')
  })

  it('is printed as [secret]', () => {
    expect([String(secret), JSON.stringify({ token: secret }), inspect({ token: secret })]).toEqual([
      '[secret]',
      '{"token":"[secret]"}',
      '{ token: [secret] }',
    ])
  })
})
