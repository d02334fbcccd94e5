import { format, inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { redactSecrets, Secret } from '../src/secret.ts'
import { eventually } from '../tools/eventually.ts'

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

  it('removes the longest of several secrets that begin alike, in any order', () => {
    for (const text of ['alike-12', 'alike-123456', 'alike-1234']) new Secret(text)
    expect(redactSecrets('alike-123456, alike-12345, alike-123, alike-12alike-12 alike-1')).toBe(
      '[secret], [secret]5, [secret]3, [secret][secret] alike-1',
    )
  })

  it('costs little for each new secret, however many there are', () => {
    const before = process.cpuUsage()
    const secrets = Array.from({ length: 1500 }, (_, index) => {
      const secret = new Secret(`many-secrets-${index}`)
      expect(redactSecrets(`the token ${secret.reveal()} is new`)).toBe('the token [secret] is new')
      return secret
    })
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(3)
    expect(secrets).toHaveLength(1500)
  })

  it('leaves short secrets: they can be part of any word', () => {
    new Secret('refresh')
    expect(redactSecrets('refresh failed')).toBe('refresh failed')
  })
})

describe('the memory of secrets', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')

  const isKnown = (secret: string) => redactSecrets(secret) === '[secret]'

  const texts = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `test-token-${name}-${index}`)

  /** Makes objects that nothing refers to, and waits until all are collected. */
  async function release(...secrets: readonly string[]): Promise<void> {
    let collected = 0
    const objects = new FinalizationRegistry(() => {
      collected += 1
    })
    for (const secret of secrets) objects.register(new Secret(secret), undefined)
    await eventually('collection of the objects', async () => {
      collectGarbage()
      // The registry of the module runs in a task before or after that of this test.
      for (const _ of [1, 2]) await new Promise((resolve) => setImmediate(resolve))
      return collected === secrets.length || undefined
    })
  }

  it('forgets the oldest of very many that no object has, so that new tokens do not slow down all outputs for good', async () => {
    await release('test-token-first')
    await release('test-token-second')
    await release(...texts('between', 60))
    // Used again, so it is not the oldest any more.
    await release('test-token-first')
    await release(...texts('later', 900))
    expect(isKnown('test-token-second')).toBe(true)
    for (const part of Array(5).keys()) {
      if (isKnown('test-token-second')) await release(...texts(`part-${part}`, 30))
    }
    expect([isKnown('test-token-second'), isKnown('test-token-first')]).toEqual([false, true])
    await release(...texts('last', 100))
    expect([isKnown('test-token-first'), isKnown('test-token-last-0')]).toEqual([false, true])
  })

  it('never forgets a secret of an object that exists, however many there are', async () => {
    const configured = texts('configured', 3000).map((text) => new Secret(text))
    // A call has its own copy for a moment.
    await release(texts('configured', 1)[0] ?? '')
    await release('test-token-of-before')
    await release(...texts('failed-reload', 1100))
    expect(isKnown('test-token-of-before')).toBe(false)
    expect(configured.filter((secret) => !isKnown(secret.reveal()))).toEqual([])
  })
})
