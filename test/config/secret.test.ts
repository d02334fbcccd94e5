import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { redactSecrets, Secret } from '../../src/config/secret.ts'

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

describe('redactSecrets', () => {
  const secret = 'test/token+"1" of a text'
  new Secret(secret)
  const forms: Record<string, (text: string) => string> = {
    'as it is': (text) => text,
    'escaped as in JSON': (text) => JSON.stringify(text),
    'escaped as in a URL': encodeURIComponent,
    ...Object.fromEntries(
      ['', 'u', 'u:', 'user:'].map((before) => [
        `in base64 behind "${before}"`,
        (text: string) => Buffer.from(`${before}${text}`).toString('base64'),
      ]),
    ),
    'in base64url': (text) => Buffer.from(text).toString('base64url'),
  }

  it.each(Object.entries(forms))('removes a secret %s', (_, form) => {
    const written = form(secret)
    const redacted = redactSecrets(`before ${written}, ${written} after`)
    expect(redacted).toMatch(/^before .*\[secret\].*, .*\[secret\].* after$/)
    // At its ends, base64 also depends on the neighbours.
    expect(redacted).not.toContain(written.slice(8, 24))
  })

  it.each(['', 'u', 'u:'])('removes base64url that differs from base64, behind "%s"', (before) => {
    const differing = '>>>???>>>???>>>???'
    new Secret(differing)
    const encoded = Buffer.from(`${before}${differing}`).toString('base64url')
    expect(encoded).toMatch(/[-_]/)
    expect(redactSecrets(encoded)).toMatch(/^.{0,4}\[secret\].{0,2}$/)
  })

  it('removes every secret of the thread', () => {
    new Secret('test-token-first')
    expect(redactSecrets('test-token-first')).toBe('[secret]')
    new Secret('test-token-second')
    expect(redactSecrets('test-token-first test-token-second')).toBe('[secret] [secret]')
  })

  it('leaves short secrets: they can be part of any word', () => {
    new Secret('refresh')
    expect(redactSecrets('refresh failed')).toBe('refresh failed')
  })
})

describe('the memory of secrets', () => {
  it('forgets the oldest of very many, so that new tokens do not slow down all outputs for good', () => {
    const first = new Secret('test-token-first')
    for (let index = 0; index < 1022; index += 1) new Secret(`test-token-${index}`)
    expect(redactSecrets(first.reveal())).toBe('[secret]')
    // Used again, so it is not the oldest any more.
    new Secret(first.reveal())
    for (let index = 0; index < 1023; index += 1) new Secret(`other-token-${index}`)
    expect(redactSecrets('test-token-first test-token-1 other-token-5')).toBe(
      '[secret] test-token-1 [secret]',
    )
    new Secret('last-test-token')
    expect(redactSecrets('test-token-first')).toBe('test-token-first')
  })
})
