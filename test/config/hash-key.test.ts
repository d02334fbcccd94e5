import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/config/environment.ts'
import { readHashKey } from '../../src/config/hash-key.ts'
import { haveSameData, haveSameSettings } from '../../src/config/operation-changes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const KEY = '0123456789abcdef0123456789abcdef'

function keyFile(content: string | Buffer): string {
  const path = join(temporaryFolder(), 'key')
  writeFileSync(path, content)
  return path
}

const HOW_TO = 'create it with: openssl rand -hex 32'

const REQUIRED = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }

async function problemsOf(environment: Record<string, string>): Promise<unknown> {
  return readEnvironment({ ...REQUIRED, ...environment }).catch((error) => error.problems)
}

describe('the file with the key of the pseudonyms', () => {
  it.each([`${KEY}\n`, `\ufeff${KEY}`, ` ${KEY}\r\n`, 'sixteen bytes, 1', 'ñandúes y cóndor'])(
    'has a key, without the white space around it: %j',
    async (content) => {
      const { content: key, problems } = await readHashKey(keyFile(content))
      expect([key?.reveal(), problems]).toEqual([content.trim(), []])
      expect(`${key} ${JSON.stringify(key)}`).not.toContain(content.trim())
    },
  )

  it.each([
    ['abcdefghij12345', `is shorter than 16 bytes; ${HOW_TO}`],
    ['a'.repeat(64), `is easy to guess; ${HOW_TO}`],
    ['1234567'.repeat(5), `is easy to guess; ${HOW_TO}`],
    [`${KEY}\n${KEY}`, `is not one line of text; ${HOW_TO}`],
    [Buffer.from([...Array(32).keys()].map((byte) => byte + 0x90)), `is not one line of text; ${HOW_TO}`],
    ['', 'is empty; write the key of the pseudonyms into the file'],
  ])('is refused with what to do, without the key: %j', async (content, problem) => {
    const { content: key, problems } = await readHashKey(keyFile(content))
    // The whole text, so that no part of a key can be in it.
    expect([key, problems]).toEqual([undefined, [problem]])
  })

  it.each([{ WOLKVOX_AGENT_NAME: 'hash' }, { WOLKVOX_AGENT_ID: 'hash' }])(
    'is required for %j',
    async (mode) => {
      expect(await problemsOf(mode)).toEqual([
        `${Object.keys(mode)[0]}: hash needs a key; set WOLKVOX_HASH_KEY_FILE to a file with the output of: openssl rand -hex 32`,
      ])
      const path = keyFile(KEY)
      const { operations, source } = await readEnvironment({
        ...REQUIRED,
        ...mode,
        WOLKVOX_HASH_KEY_FILE: path,
      })
      expect(operations[0]?.hashKey?.reveal()).toBe(KEY)
      expect(source?.files).toEqual([path])
    },
  )

  it('is not required for omit, and is read without hash too', async () => {
    const omitted = { ...REQUIRED, WOLKVOX_AGENT_NAME: 'omit' }
    const keyOf = async (environment: Record<string, string>) =>
      (await readEnvironment(environment)).operations[0]?.hashKey?.reveal()
    expect(await keyOf(omitted)).toBeUndefined()
    expect(await keyOf({ ...omitted, WOLKVOX_HASH_KEY_FILE: keyFile(KEY) })).toBe(KEY)
  })

  it('is reported like any wrong file', async () => {
    const mode = { WOLKVOX_AGENT_ID: 'hash' }
    expect(await problemsOf({ ...mode, WOLKVOX_HASH_KEY_FILE: '/none/key' })).toEqual([
      'WOLKVOX_HASH_KEY_FILE: cannot be read (ENOENT); set it to a file that this user can read',
    ])
    expect(await problemsOf({ ...mode, WOLKVOX_HASH_KEY_FILE: keyFile('short') })).toEqual([
      'WOLKVOX_HASH_KEY_FILE: is shorter than 16 bytes; create it with: openssl rand -hex 32',
    ])
  })

  it('makes another operation if another key is in it', async () => {
    const path = keyFile(KEY)
    const read = async () =>
      (await readEnvironment({ ...REQUIRED, WOLKVOX_AGENT_ID: 'hash', WOLKVOX_HASH_KEY_FILE: path }))
        .operations
    const [[one], [same]] = [await read(), await read()]
    writeFileSync(path, [...KEY].reverse().join(''))
    const [other] = await read()
    if (!one || !same || !other) throw new Error('no operation')
    expect([haveSameSettings(one, same), haveSameSettings(one, other)]).toEqual([true, false])
    expect([haveSameData(one, same), haveSameData(one, other)]).toEqual([true, false])
  })
})
