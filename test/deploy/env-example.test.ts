import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { readText } from '../../tools/files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { envFileReaders } from './env-files.ts'

const example = readText('.env.example')
const readers = Object.entries(envFileReaders)

/** The example with these values. */
function fillIn(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [name, value]) => {
    const filled = text.replace(new RegExp(`^${name}=$`, 'm'), () => `${name}=${value}`)
    expect(filled, `${name} in the example`).not.toBe(text)
    return filled
  }, example)
}

/** The different values that the tools read. */
function valuesOf(name: string, text: string): (string | undefined)[] {
  const values = readers.map(([, read]) => {
    try {
      return read(text)[name]
    } catch {
      return undefined
    }
  })
  return [...new Set(values)]
}

async function problemsOf(environment: Readonly<Record<string, string>>): Promise<readonly string[]> {
  try {
    await readEnvironment(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe.each(readers)('the example, read by %s', (_tool, read) => {
  it('gives the operation with these values', async () => {
    const text = fillIn({
      WOLKVOX_SERVER: '0042',
      WOLKVOX_TOKEN: '7b7464-6b.7d_2d~9f+a/b=c:d@e%f#g!h',
      WOLKVOX_OPERATION: 'Ventas Bogotá',
      WOLKVOX_LICENSES: '50',
      WOLKVOX_TIMEZONE: 'America/Bogota',
      WOLKVOX_STALE_AFTER: '1h30m',
      WOLKVOX_BASE_URL: 'https://proxy.example:8443/wolkvox',
    })
    const { operations, warnings } = await readEnvironment(read(text))
    expect(warnings).toEqual([])
    expect(operations).toEqual([
      expect.objectContaining({
        server: '0042',
        name: 'Ventas Bogotá',
        licenses: 50,
        timeZone: 'America/Bogota',
        baseUrl: 'https://proxy.example:8443/wolkvox',
        reports: [expect.objectContaining({ name: 'agents', staleAfterMs: 5_400_000 })],
      }),
    ])
    expect(operations[0]?.token.reveal()).toBe('7b7464-6b.7d_2d~9f+a/b=c:d@e%f#g!h')
  })

  it('accepts any characters in a token file', async () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'a$b$$c\\d#\'e"f\n')
    const text = fillIn({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })
    expect((await readEnvironment(read(text))).operations[0]?.token.reveal()).toBe('a$b$$c\\d#\'e"f')
  })
})

describe('a token in the example', () => {
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))

  it('is the same for all tools, except for the characters that the example names', () => {
    const misread = printable.filter((character) => {
      const token = `a${character}b`
      return valuesOf('WOLKVOX_TOKEN', fillIn({ WOLKVOX_TOKEN: token })).some((value) => value !== token)
    })
    expect(misread).toEqual(['$', '\\'])
    expect(example).toContain('if the token contains a dollar sign or a backslash')
  })

  it.each(["'a$b'", '"a$b"', "'ab'", '"ab"'])(
    'in quotes differs between tools, and %s is rejected',
    async (token) => {
      expect(valuesOf('WOLKVOX_TOKEN', fillIn({ WOLKVOX_TOKEN: token })).length).toBeGreaterThan(1)
      expect(await problemsOf({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: token })).toEqual([
        'WOLKVOX_TOKEN: looks quoted; remove the surrounding quotes',
      ])
    },
  )

  it('cannot contain a dollar sign in a form that all tools read the same way', () => {
    for (const token of ['a$b', "'a$b'", '"a$b"', 'a\\$b', '"a\\$b"', 'a$$b', '"a$$b"']) {
      expect(valuesOf('WOLKVOX_TOKEN', fillIn({ WOLKVOX_TOKEN: token })), token).not.toEqual(['a$b'])
    }
  })
})
