import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/secret.ts'
import { WolkvoxFailure } from '../../../src/wolkvox/failure.ts'
import { createRedactor, WITHHELD } from '../../../src/wolkvox/redaction.ts'
import { recordsOf } from '../../../src/wolkvox/response.ts'
import { createTraceFinder } from '../../../src/wolkvox/secret-traces.ts'
import fc from '../../support/fast-check.ts'

const hexOf = (character: string) => character.charCodeAt(0).toString(16).padStart(2, '0')

const eachCharacter = (change: (character: string, index: number) => string) => (text: string) =>
  [...text].map(change).join('')

const percent = eachCharacter((character) => `%${hexOf(character)}`)

/** Changes to each character. Part of the result is the result of a part of the text. */
const characterChanges: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in upper case': (text) => text.toUpperCase(),
  'in lower case': (text) => text.toLowerCase(),
  'in mixed case': eachCharacter((character, index) =>
    index % 2 ? character.toUpperCase() : character.toLowerCase(),
  ),
  'with spaces': eachCharacter((character) => `${character} `),
  'with zero-width characters': eachCharacter((character) => `${character}\u200b\u2060`),
  'with combining marks': eachCharacter((character) => `${character}\u0301\u0323`),
  'with dashes': eachCharacter((character) => `${character}-`),
  'with dots and commas': eachCharacter((character) => `${character}.,`),
  'split by line breaks': eachCharacter((character) => `${character}\r\n`),
  'split by escaped line breaks': eachCharacter((character) => `${character}\\n`),
  'split by tags': eachCharacter((character) => `${character}<wbr>`),
  'split by the replacement': eachCharacter((character) => `${character}[secret]`),
  'percent-encoded': percent,
  'percent-encoded twice': eachCharacter((character) => `%25${hexOf(character)}`),
  'percent-encoded six times': eachCharacter((character) => `%2525252525${hexOf(character)}`),
  'as decimal entities with leading zeros': eachCharacter(
    (character) => `&#00000000${character.charCodeAt(0)};`,
  ),
  'as hex entities with leading zeros': eachCharacter((character) => `&#x000000${hexOf(character)};`),
  'as entities of entities': eachCharacter((character) => `&amp;amp;amp;#${character.charCodeAt(0)};`),
  'as percent-encoded entities': eachCharacter((character) => percent(`&#${character.charCodeAt(0)};`)),
  'as JSON escapes': eachCharacter((character) => `\\u00${hexOf(character)}`),
  'as escapes of JavaScript': eachCharacter((character) => `\\u{${hexOf(character)}}`),
  'as full-width characters': eachCharacter((character) =>
    String.fromCharCode(character.charCodeAt(0) + 0xfee0),
  ),
  'as hex': eachCharacter(hexOf),
  'as hex with colons': eachCharacter((character) => `${hexOf(character)}:`),
  'as hex with prefixes': eachCharacter((character) => `0x${hexOf(character)}, `),
}

/** Changes to a whole text. */
const wholeChanges: Record<string, (text: string) => string> = {
  reversed: (text) => [...text].reverse().join(''),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64 with its padding first': (text) =>
    Buffer.from(text)
      .toString('base64')
      .replace(/^(.*?)(=*)$/, '$2$1'),
  'in base64url': (text) => Buffer.from(text).toString('base64url'),
  'in base64 of other letter case': (text) => Buffer.from(text).toString('base64').toUpperCase(),
  'in base64 behind a user': (text) => Buffer.from(`u:${text}`).toString('base64'),
}

const changes = { ...characterChanges, ...wholeChanges }

const alphanumeric = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')

/** Tokens as services make them: letters and digits, with at most two other characters among eight. */
const token = fc
  .array(
    fc.tuple(
      fc.string({ unit: alphanumeric, minLength: 4, maxLength: 12 }),
      fc.constantFrom('', ...'-_.+/=~:!$'),
    ),
    { minLength: 2, maxLength: 4 },
  )
  .map((parts) => parts.flat().join(''))

/** The whole token or a middle part of at least eight characters. */
const tokenAndPart = fc.tuple(token, fc.nat(), fc.nat()).map(([whole, from, length]) => {
  const start = from % (whole.length - 7)
  return { whole, part: whole.slice(start, start + 8 + (length % whole.length)) }
})

/** The texts of outside that messages quote, with a text in each. */
const responses: Record<string, (text: string) => { status: number; body: string; contentType?: string }> = {
  'the title of a page': (text) => ({ status: 200, body: `<html><title>${text}</title>` }),
  'the heading of a page': (text) => ({ status: 403, body: `<h1>Error: ${text}</h1>` }),
  'a PHP warning': (text) => ({ status: 200, body: `<b>Warning</b>: Undefined index: ${text}` }),
  'the name of an XML element': (text) => ({ status: 200, body: `<?xml version="1.0"?><${text}>` }),
  'the message of another API': (text) => ({ status: 200, body: JSON.stringify({ message: text }) }),
  // With a second key: an object whose only key is a number is a list.
  'a key of another API': (text) => ({ status: 200, body: JSON.stringify({ [text]: 1, other: 1 }) }),
  'a text': (text) => ({ status: 200, body: `upstream: ${text}` }),
  'the message of a refusal': (text) => ({ status: 403, body: JSON.stringify({ code: 403, msg: text }) }),
  'the code of a refusal': (text) => ({ status: 403, body: JSON.stringify({ code: text }) }),
  'code and message of a refusal': (text) => ({
    status: 403,
    body: JSON.stringify({ code: text.slice(0, text.length / 2), msg: text.slice(text.length / 2) }),
  }),
  'the content type': (text) => ({ status: 200, body: 'x', contentType: `${text.slice(0, 40)}/x` }),
}

function messageOf(
  { status, body, contentType = '' }: { status: number; body: string; contentType?: string },
  secret: string,
): string {
  try {
    const redact = createRedactor(new Secret(secret))
    void [...recordsOf({ status, body: Buffer.from(body), fetchedAt: 0, contentType }, redact).records]
  } catch (error) {
    if (error instanceof WolkvoxFailure) return error.message
    throw error
  }
  throw new Error('the response passed for a report')
}

function gramsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - 7) }, (_, at) => text.slice(at, at + 8))
}

const lettersOf = (text: string) =>
  text
    .replaceAll('[secret]', '')
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase()

describe.each(Object.entries(changes))('a token that a server repeats %s', (how, change) => {
  it.each(Object.entries(responses))('is in no message, whole or in part: %s', (_where, respond) => {
    fc.assert(
      fc.property(tokenAndPart, ({ whole, part }) => {
        const message = messageOf(respond(change(part)), whole)
        const onOneLine = message.toLowerCase()
        for (const gram of gramsOf(whole)) {
          const changed = how in characterChanges ? change(gram) : gram
          expect(onOneLine).not.toContain(gram.toLowerCase())
          expect(onOneLine).not.toContain(
            changed
              .replace(/[\s\p{C}]+/gu, ' ')
              .trim()
              .toLowerCase(),
          )
        }
        for (const gram of gramsOf(lettersOf(whole))) expect(lettersOf(message)).not.toContain(gram)
        const decoded = Buffer.from(/[\w+/-]{8,}={0,2}$/.exec(message)?.[0] ?? '', 'base64').toString(
          'latin1',
        )
        for (const gram of gramsOf(whole)) expect(decoded).not.toContain(gram)
      }),
      { numRuns: 5 },
    )
  })
})

describe('a trace of the token', () => {
  const secret = 'kT7-vQ2m.Zx91Lp0'
  const redact = createRedactor(new Secret(secret))

  it.each(Object.entries(changes))('is found in a part of eight letters and digits: %s', (_how, change) => {
    expect(redact(`said ${change('vQ2m.Zx91L')} here`)).toBe(WITHHELD)
  })

  it('makes the redactor withhold the text with the reason', () => {
    expect(redact('token k T 7 v Q 2 m Z x 9 1 L p 0 is wrong')).toBe(WITHHELD)
    expect(WITHHELD).toContain('part of a secret')
  })

  it('is not seen in a text that shares fewer than eight characters with it', () => {
    for (const text of [
      'PLEASE VALIDATE TOKEN',
      'kT7-vQ2 is short',
      '2m.Zx91 is an id',
      'upstream request timeout',
    ]) {
      expect(redact(text)).toBe(text)
    }
  })

  it('is seen in a whole token of four to seven characters, but not in its letters alone', () => {
    const hasTrace = createTraceFinder('aB3-x')
    expect(hasTrace('x a b 3 X y')).toBe(true)
    expect(hasTrace('a b 3')).toBe(false)
  })

  it('is assumed in a text that is encoded more often than honest texts are', () => {
    const nested = (times: number) => `&${'#38;'.repeat(times)}#107;`
    expect(createTraceFinder(secret)(nested(3))).toBe(false)
    expect(createTraceFinder(secret)(nested(20))).toBe(true)
  })

  it.each(['\\', '%25', '&amp;', '&#', '<', '0x', '\u0323\u0301', '\ufdfa', 'a', '\\u0061', '%61'])(
    'is searched for in time that grows with the text: %j',
    (unit) => {
      const hasTrace = createTraceFinder('\\%&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')
      const [short, long] = [2 ** 9, 2 ** 13].map((length) => unit.repeat(length / unit.length))
      const timeOf = (text = '') => {
        const startedAt = performance.now()
        hasTrace(text)
        return performance.now() - startedAt
      }
      const fastest = (text = '') => Math.min(timeOf(text), timeOf(text), timeOf(text))
      expect(fastest(long)).toBeLessThan(80 * fastest(short) + 20)
    },
  )
})
