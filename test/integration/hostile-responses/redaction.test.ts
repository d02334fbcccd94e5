import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/secret.ts'
import { createRedactor, WITHHELD } from '../../../src/wolkvox/redaction.ts'
import fc from '../../support/fast-check.ts'
import { tokenForms } from '../../support/token-forms.ts'

const redact = (text: string, token: string) => createRedactor(new Secret(token))(text)

const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
})

const tokenOfLength = (min: number) => visible.filter((token) => token.length >= min)

/** Text that shares no character with a token, so that it cannot look like a trace of one. */
const unrelated = fc.string({
  unit: fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCharCode(code)),
})

describe.each(Object.entries(tokenForms))('any token %s', (_how, form) => {
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
})

describe('any token within base64', () => {
  it('is taken out wherever it begins, in both alphabets', () => {
    fc.assert(
      fc.property(visible, visible, tokenOfLength(8), (before, after, token) => {
        for (const alphabet of ['base64', 'base64url'] as const) {
          const text = Buffer.from(`${before}:${token}:${after}`).toString(alphabet)
          const redacted = redact(`Basic ${text}`, token)
          expect(redacted).toContain('[secret]')
          const decoded = redacted.split('[secret]').map((part) => Buffer.from(part, 'base64').toString())
          expect(decoded.some((part) => part.includes(token))).toBe(false)
        }
      }),
    )
  })
})
