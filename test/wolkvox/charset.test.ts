import { describe, expect, it } from 'vitest'
import { toUtf8 } from '../../src/wolkvox/charset.ts'
import fc from '../support/fast-check.ts'

const read = (bytes: Uint8Array, contentType = '') => Buffer.from(toUtf8(bytes, contentType)).toString()

const TEXT = '{"agent_name":"Peña Muñoz, José Ángel","agent_status":"Baño"}'
const LATIN1 = Buffer.from(TEXT, 'latin1')
const UTF16BE = Buffer.from(TEXT, 'utf16le').swap16()

describe('a response in UTF-8', () => {
  it('is returned without a copy', () => {
    const bytes = Buffer.from(TEXT)
    expect(toUtf8(bytes, 'application/json')).toBe(bytes)
  })

  it.each(['ISO-8859-1', 'windows-1252', 'iso-8859-15', 'utf-16', 'us-ascii', 'shift_jis'])(
    'is read as UTF-8 although its server declares %s',
    (charset) => {
      expect(read(Buffer.from(TEXT), `application/json; charset=${charset}`)).toBe(TEXT)
    },
  )
})

describe('a response in Latin-1', () => {
  it.each([
    ['declared', 'application/json; charset=ISO-8859-1'],
    ['declared in quotes', 'application/json;Charset="iso-8859-1"'],
    ['declared as windows-1252', 'text/html; charset=windows-1252; q=1'],
    ['declared as US-ASCII', 'text/plain; charset=us-ascii'],
    ['not declared', 'application/json'],
    ['without a Content-Type', ''],
    ['declared as UTF-8', 'application/json; charset=utf-8'],
    ['declared as UTF-16', 'application/json; charset=utf-16'],
    ['declared as nothing', 'application/json; charset='],
    ['declared as an unknown charset', 'application/json; charset=x-latin-9000'],
    ['declared as a charset that has not these bytes', 'application/json; charset=shift_jis'],
  ])('is read: %s', (_how, contentType) => {
    expect(read(LATIN1, contentType)).toBe(TEXT)
  })

  it('may have the additional characters of windows-1252', () => {
    const bytes = Buffer.from([0x22, 0x80, 0x92, 0x99, 0xff, 0x81, 0x22])
    expect(read(bytes)).toBe('"€’™ÿ\u0081"')
    expect(read(bytes, 'a/b; charset=iso-8859-1')).toBe('"€’™ÿ\u0081"')
  })

  it('keeps people apart whose names differ in one byte', () => {
    const names = Array.from({ length: 128 }, (_, index) => Buffer.from([0x50, 0x80 + index, 0x61]))
    for (const contentType of ['', 'application/json; charset=iso-8859-1']) {
      expect(new Set(names.map((name) => read(name, contentType))).size).toBe(128)
    }
  })
})

describe('a response in another charset', () => {
  it.each([
    ['iso-8859-15', [0xa4, 0xbd, 0xe9], '€œé'],
    ['windows-1251', [0xc8, 0xe2, 0xe0, 0xed], 'Иван'],
    ['shift_jis', [0x83, 0x41], 'ア'],
    ['gbk', [0xcd, 0xf5], '王'],
  ])('is read as declared: %s', (charset, bytes, text) => {
    expect(read(Buffer.from(bytes), `application/json; charset=${charset}`)).toBe(text)
  })

  it.each([
    ['little endian with a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['little endian without', Buffer.from(TEXT, 'utf16le')],
    ['big endian with a byte order mark', Buffer.concat([Buffer.from([0xfe, 0xff]), UTF16BE])],
    ['big endian without', UTF16BE],
  ])('is read as UTF-16, %s, declared or not', (_how, bytes) => {
    for (const contentType of ['', 'a/b; charset=utf-16', 'a/b; charset=utf-8', 'a/b; charset=latin1']) {
      expect(read(bytes, contentType)).toBe(TEXT)
    }
  })
})

describe('a response that is UTF-8 but for some bytes', () => {
  it('keeps valid UTF-8: a name truncated within a character does not damage other names', () => {
    const cut = Buffer.from('María José').subarray(0, -1)
    const bytes = Buffer.concat([Buffer.from('["José","'), cut, Buffer.from('","🧑‍💻 Peña"]')])
    expect(read(bytes)).toBe('["José","María JosÃ","🧑‍💻 Peña"]')
    expect(read(bytes, 'application/json; charset=utf-8')).toBe('["José","María JosÃ","🧑‍💻 Peña"]')
  })

  it('never becomes U+FFFD', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const response = Buffer.concat([Buffer.from('{"'), bytes])
        fc.pre(!response.includes('\ufffd'))
        expect(read(response)).not.toContain('\ufffd')
      }),
      { numRuns: 2000 },
    )
  })

  it('is read the same as by TextDecoder wherever it is valid', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const valid = Buffer.from(text.toWellFormed())
        const bytes = Buffer.concat([Buffer.from('{"'), valid, Buffer.from([0xff])])
        expect(read(bytes)).toBe(`{"${valid.toString()}ÿ`)
      }),
      { numRuns: 2000 },
    )
  })
})
