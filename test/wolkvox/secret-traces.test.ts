import { describe, expect, it } from 'vitest'
import { createTraceFinder } from '../../src/wolkvox/secret-traces.ts'
import fc from '../support/fast-check.ts'

const SECRET = 'q7RtX29ZkB4mPw'
const hasTrace = createTraceFinder(SECRET)

describe('a trace of a secret', () => {
  it.each([
    ['unchanged', SECRET],
    ['in lower case', SECRET.toLowerCase()],
    ['a part of eight characters', SECRET.slice(3, 11)],
    ['divided by a space', 'q7RtX2 9ZkB4mPw'],
    ['divided by hyphens', [...SECRET].join('-')],
    ['divided by invisible characters', [...SECRET].join('\u200b')],
    ['with accents', 'q7RtX29ŽkB4mPw'],
    ['in full-width letters', 'ｑ７ＲｔＸ２９Ｚ'],
    ['reversed', [...SECRET].reverse().join('')],
    ['in hex', Buffer.from(SECRET).toString('hex')],
    ['in hex of single bytes', [...Buffer.from(SECRET)].map((byte) => `0x${byte.toString(16)}`).join(' ')],
    ['in base64', Buffer.from(`user:${SECRET}`).toString('base64')],
    ['URL-encoded', SECRET.replaceAll(/./g, (one) => `%${one.charCodeAt(0).toString(16)}`)],
    ['within markup', [...SECRET].join('<b>')],
  ])('is found %s, with text around it', (_how, text) => {
    for (const around of ['', 'Ana ', 'María Gómez 3001234567 ', '漢字 ', 'x & y ']) {
      expect(hasTrace(`${around}${text}${around}`)).toBe(true)
    }
  })

  it('is found with any character that means the same letters', () => {
    for (let code = 0; code < 0x3000; code += 1) {
      const character = String.fromCharCode(code)
      const letters = character
        .normalize('NFKD')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]/gu, '')
      if (letters === '') continue
      const secret = `q7w${letters}k4z9x`
      expect([code, createTraceFinder(secret)(`Ana q7w${character}k4z9x`)]).toEqual([code, true])
    }
  })

  it('is found in a secret with any characters', () => {
    const secrets = fc.string({ minLength: 4, maxLength: 40, unit: fc.constantFrom(...'aB3-_.=+/~xZ09') })
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!/0x/i.test(secret))
        expect(createTraceFinder(secret)(`${before} ${secret} ${after}`)).toBe(true)
      }),
    )
  })

  it.each(['', '1001', 'READY', 'María Fernanda Cóndor', 'q7RtX29', 'Ventas & Cobros', 'kB4mPwq7RtX'])(
    'is not in %j',
    (text) => {
      expect(hasTrace(text)).toBe(false)
    },
  )

  it.each(['María ', 'a & b ', '%41', '漢字', '&amp;amp;#x41;', '<b>x</b>', '0 ', 'q7R'])(
    'is searched for in linear time: %j',
    (unit) => {
      const startedAt = process.cpuUsage()
      hasTrace(unit.repeat(2 ** 20 / unit.length))
      // About 0.1 s. 0.3 s without a check of three letters before all others.
      expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(2000)
    },
  )
})
