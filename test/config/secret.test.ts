import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/config/secret.ts'

const secret = new Secret('test-token')

describe('Secret', () => {
  it('gives the token to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe('test-token')
  })

  it.each([
    ['String', () => String(secret)],
    ['a template', () => `${secret}`],
    ['adding to a text', () => `token ${secret.toString()}`],
    ['JSON', () => JSON.stringify(secret)],
    ['JSON of what holds it', () => JSON.stringify({ operations: [{ token: secret }] })],
    ['inspect', () => inspect(secret)],
    ['inspect with everything hidden shown', () => inspect(secret, { showHidden: true, depth: null })],
    ['inspect without the custom way', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['inspect of what holds it', () => inspect({ deep: { token: secret } }, { depth: null })],
    ['format with %s', () => format('%s', secret)],
    ['format with %o', () => format('%o', secret)],
    ['format with %j', () => format('%j', secret)],
    ['spreading', () => inspect({ ...secret })],
    ['its keys', () => inspect(Reflect.ownKeys(secret))],
    ['copying', () => inspect(structuredClone(secret))],
    ['an error that mentions it', () => inspect(new Error(`wrong: ${secret}`, { cause: secret }))],
  ])('does not show the token through %s', (_, show) => {
    expect(show()).not.toContain('test-token')
  })

  it('says that it is a secret, so that a log line does not look broken', () => {
    expect([String(secret), JSON.stringify({ token: secret }), inspect({ token: secret })]).toEqual([
      '[secret]',
      '{"token":"[secret]"}',
      '{ token: [secret] }',
    ])
  })
})
