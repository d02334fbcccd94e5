import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { EXCERPT_BYTES, excerptOf } from '../../src/wolkvox/excerpt.ts'
import { createRedactor, WITHHELD } from '../../src/wolkvox/redaction.ts'
import { tokenForms } from '../support/token-forms.ts'

const redact = (text: string, token = 'a+B/9z==?"<&') => createRedactor(new Secret(token))(text)

const TOKEN = 'q7Rt/x+9Zk=4"<mP'

describe.each(Object.entries(tokenForms))('a token %s', (_how, form) => {
  it('is taken out of a text', () => {
    const text = redact(`antes ${form(TOKEN)} después`, TOKEN)
    expect(text).toContain('[secret]')
    expect(text).not.toContain(form(TOKEN))
  })

  it('does not remain beside text of the same characters', () => {
    const around = [...TOKEN].reverse().join('')
    expect(redact(`${around} ${form(TOKEN)} ${around}`, TOKEN)).not.toContain(` ${form(TOKEN)} `)
  })

  it('makes the redactor withhold a text with another trace of the token', () => {
    const token = 'q7RtX29ZkB4mP'
    expect(redact(`${form(token)} ${[...token].join('.')}`, token)).toBe(WITHHELD)
  })

  it('is removed from a truncated text, except for its first letters', () => {
    const token = TOKEN
    const whole = form(token)
    for (let length = 1; length < whole.length; length += 1) {
      const redacted = redact(`token: ${whole.slice(0, length)}`, token).replace('[secret]', '')
      // Three letters of it and the half of an escape, at most.
      expect(redacted.length - 'token: '.length).toBeLessThanOrEqual(form(token.slice(0, 3)).length + 12)
      expect(redacted).not.toContain(form(token.slice(0, 4)))
    }
  })

  it('is removed at the end of an excerpt', () => {
    const token = TOKEN
    const whole = form(token)
    for (let length = 1; length < whole.length; length += 1) {
      const body = Buffer.from(`<p>${' '.repeat(EXCERPT_BYTES - 3 - length)}${whole}</p>`)
      expect(excerptOf(body, createRedactor(new Secret(token)))).not.toContain(form(token.slice(0, 4)))
    }
  })
})

describe('a token within base64', () => {
  it.each([
    ['base64', 0],
    ['base64', 1],
    ['base64', 2],
    ['base64url', 0],
    ['base64url', 1],
    ['base64url', 2],
  ] as const)('is taken out in the alphabet %s after %d other characters', (alphabet, before) => {
    const text = Buffer.from(`${'u'.repeat(before)}${TOKEN}:after`).toString(alphabet)
    const redacted = redact(`Basic ${text}`, TOKEN)
    expect(redacted).toContain('[secret]')
    const decoded = redacted.split('[secret]').map((part) => Buffer.from(part, 'base64').toString())
    expect(decoded.some((part) => part.includes(TOKEN))).toBe(false)
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
    const before = process.threadCpuUsage()
    for (const unit of ['\\', '%25', '&amp;', 'a', '\\u0061', '%61']) redact(unit.repeat(64 * 1024), token)
    // Microseconds of this thread: other programs must not decide.
    expect(process.threadCpuUsage(before).user).toBeLessThan(3_000_000)
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
