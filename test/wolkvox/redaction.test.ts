import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { EXCERPT_BYTES, excerptOf } from '../../src/wolkvox/excerpt.ts'
import { createRedactor, WITHHELD } from '../../src/wolkvox/redaction.ts'

const redact = (text: string, token = 'a+B/9z==?"<&') => createRedactor(new Secret(token))(text)

const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
})

const tokenOfLength = (min: number) => visible.filter((token) => token.length >= min)

/** Text that shares no character with a token, so that it cannot look like a trace of one. */
const unrelated = fc.string({
  unit: fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCharCode(code)),
})

const asHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Forms in which responses repeat the token. */
const forms: Record<string, (token: string) => string> = {
  'as it is': (token) => token,
  'in capitals': (token) => token.toUpperCase(),
  'URL-encoded': encodeURIComponent,
  'URL-encoded in every character': (token) =>
    [...token].map((character) => `%${character.charCodeAt(0).toString(16)}`).join(''),
  'URL-encoded twice': (token) => encodeURIComponent(encodeURIComponent(token)),
  'as in JSON': (token) => JSON.stringify(token).slice(1, -1),
  'as PHP writes JSON': (token) => JSON.stringify(token).slice(1, -1).replaceAll('/', '\\/'),
  'as in JSON within JSON': (token) => JSON.stringify(JSON.stringify(token)).slice(3, -3),
  'as in JSON in every character': (token) =>
    [...token].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  'as in HTML': asHtml,
  'as in HTML in every character': (token) =>
    [...token].map((character) => `&#${character.charCodeAt(0)};`).join(''),
  'as in HTML within HTML': (token) => asHtml(asHtml(token)),
}

describe.each(Object.entries(forms))('a token %s', (_how, form) => {
  it('is taken out of any text', () => {
    fc.assert(
      fc.property(unrelated, unrelated, tokenOfLength(4), (before, after, token) => {
        const text = redact(`${before} ${form(token)} ${after}`, token)
        expect(text).toContain('[secret]')
        expect(text).not.toContain(form(token))
      }),
    )
  })

  it('does not remain beside text of the same characters', () => {
    fc.assert(
      fc.property(visible, visible, tokenOfLength(4), (before, after, token) => {
        fc.pre(!before.includes(form(token)) && !after.includes(form(token)))
        expect(redact(`${before} ${form(token)} ${after}`, token)).not.toContain(` ${form(token)} `)
      }),
    )
  })

  it('makes the redactor withhold a text with another trace of the token', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9]{8,40}$/), (token) => {
        expect(redact(`${form(token)} ${[...token].join('.')}`, token)).toBe(WITHHELD)
      }),
    )
  })

  it('is removed from a truncated text, except for its first letters', () => {
    const token = 'q7Rt/x+9Zk=4"<mP'
    const whole = form(token)
    for (let length = 1; length < whole.length; length += 1) {
      const shown = redact(`token: ${whole.slice(0, length)}`, token).replace('[secret]', '')
      // Three letters of it and the half of an escape, at most.
      expect(shown.length - 'token: '.length).toBeLessThanOrEqual(form(token.slice(0, 3)).length + 12)
      expect(shown).not.toContain(form(token.slice(0, 4)))
    }
  })

  it('is removed at the end of an excerpt', () => {
    const token = 'q7Rt/x+9Zk=4"<mP'
    const whole = form(token)
    for (let length = 1; length < whole.length; length += 1) {
      const body = Buffer.from(`<p>${' '.repeat(EXCERPT_BYTES - 3 - length)}${whole}</p>`)
      expect(excerptOf(body, createRedactor(new Secret(token)))).not.toContain(form(token.slice(0, 4)))
    }
  })
})

describe('a token within base64', () => {
  it('is taken out wherever it begins, in both alphabets', () => {
    fc.assert(
      fc.property(visible, visible, tokenOfLength(8), (before, after, token) => {
        for (const alphabet of ['base64', 'base64url'] as const) {
          const text = Buffer.from(`${before}:${token}:${after}`).toString(alphabet)
          const shown = redact(`Basic ${text}`, token)
          expect(shown).toContain('[secret]')
          const decoded = shown.split('[secret]').map((part) => Buffer.from(part, 'base64').toString())
          expect(decoded.some((part) => part.includes(token))).toBe(false)
        }
      }),
    )
  })
})

describe('a text without the token', () => {
  it('stays unchanged', () => {
    expect(redact('wolkvox responded: PLEASE VALIDATE TOKEN')).toBe(
      'wolkvox responded: PLEASE VALIDATE TOKEN',
    )
    expect(redact('te', 'test-token')).toBe('te')
  })

  it('that is hostile takes no time', () => {
    const token = '\\%&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    const startedAt = performance.now()
    for (const unit of ['\\', '%25', '&amp;', 'a', '\\u0061', '%61']) redact(unit.repeat(64 * 1024), token)
    expect(performance.now() - startedAt).toBeLessThan(3000)
  })
})

describe('a token of any length', () => {
  it.each([1, 2, 5, 300, 5000, 60_000])('of %d characters is taken out', (length) => {
    const token = 'aZ9-'.repeat(length).slice(0, length)
    expect(redact(`token ${token} is wrong`, token)).not.toContain(` ${token}`)
    expect(redact(`${Buffer.from(`user:${token}`).toString('base64')}.`, token)).not.toMatch(
      /[A-Za-z0-9]{60}/,
    )
  })
})

describe('a redactor of several secrets', () => {
  const redactAll = createRedactor(new Secret('test-token-1'), new Secret('p@ss:w/rd'))

  it.each([
    ['the first', 'said test-token-1 here', 'said [secret] here'],
    ['the second', 'said p@ss:w/rd here', 'said [secret] here'],
    ['the second, percent-encoded', 'said p%40ss%3Aw%2Frd here', 'said [secret] here'],
    ['both', 'test-token-1 p@ss:w/rd', '[secret] [secret]'],
    ['none', 'said nothing', 'said nothing'],
  ])('replaces %s', (_which, text, expected) => {
    expect(redactAll(text)).toBe(expected)
  })

  it('finds a password in the base64 of user and password', () => {
    const header = Buffer.from('user:p@ss:w/rd').toString('base64')
    expect(redactAll(`Proxy-Authorization: Basic ${header}`)).not.toContain(header.slice(8, 16))
  })
})
