import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { pathProblems, textProblems, tokenProblems } from '../../src/config/text-problems.ts'
import { variables } from '../../src/config/variables.ts'

const QUOTED = 'looks quoted; remove the surrounding quotes'
const QUOTE_AT_END = 'has a quote at one end; remove it'
const COMMENT = 'has a comment after the value; put the comment on its own line'
const UNEXPANDED = 'contains a variable that was not expanded; write the value itself'
const HAS_NAME = 'repeats the name of a variable; leave only the value'
const PLACEHOLDER = 'is a placeholder; replace it with the value'
const INVISIBLE = 'contains an invisible character; type the value instead of pasting it'
const SCHEME = 'starts with an authentication scheme, such as Bearer; leave only the token'
const HEADER = 'starts with a name, such as WOLKVOX_TOKEN=; leave only the token'

describe('a value', () => {
  it.each([
    ["'0042'", [QUOTED]],
    ['"0042"', [QUOTED]],
    ['“0042”', [QUOTED]],
    ['„0042“', [QUOTED]],
    ['‘0042’', [QUOTED]],
    ['«0042»', [QUOTED]],
    ['`0042`', [QUOTED]],
    ["''0042''", [QUOTED]],
    ['"\'0042\'"', [QUOTED]],
    ["''", [QUOTED]],
    ["'0042", [QUOTE_AT_END]],
    ['0042”', [QUOTE_AT_END]],
    ['"', [QUOTE_AT_END]],
    ['0042 # Bogotá', [COMMENT]],
    ['0042 #Bogotá', [COMMENT]],
    ['0042\t#', [COMMENT]],
    ["'0042' # Bogotá", [COMMENT, QUOTED]],
    ['WOLKVOX_SERVER=0042', [HAS_NAME]],
    ['export WOLKVOX_SERVER=0042', [HAS_NAME]],
    [`\${SERVER}`, [UNEXPANDED]],
    [`\${SERVER:-0042}`, [UNEXPANDED]],
    ['$(cat /run/secrets/server)', [UNEXPANDED]],
    ['<server>', [PLACEHOLDER]],
    ['00\u200B42', [INVISIBLE]],
    ['0042\u00AD', [INVISIBLE]],
  ])('%s is rejected with a hint', (text, problems) => {
    expect(textProblems(text)).toEqual(problems)
  })

  it.each(['', '0042', 'a#b', '#0042', '$0042', 'a"b', 'https://example.org/a', '5m'])(
    '%s is accepted',
    (text) => {
      expect(textProblems(text)).toEqual([])
    },
  )
})

describe('a name', () => {
  it.each([
    ["'Ventas'", [QUOTED]],
    ['\'Atención "día"\'', [QUOTED]],
    ['Ventas # Bogotá', [COMMENT]],
    ['Ventas #', [COMMENT]],
    [`\${NAME}`, [UNEXPANDED]],
  ])('%s is rejected with a hint', (text, problems) => {
    expect(textProblems(text, true)).toEqual(problems)
  })

  it.each(['Ventas #1', '"A" y "B"', 'Atención "día"', "Ventas '26", '<ventas>', 'L’été', '# 1'])(
    '%s is accepted',
    (text) => {
      expect(textProblems(text, true)).toEqual([])
    },
  )
})

describe('a path', () => {
  const SHELL_ONLY = 'starts with ~ or a variable, which only a shell expands; write the full path'

  it.each([
    ['~/token', [SHELL_ONLY]],
    ['$HOME/token', [SHELL_ONLY]],
    [`\${HOME}/token`, [UNEXPANDED]],
    ["'/run/secrets/token'", [QUOTED]],
    ["'~/token'", [QUOTED]],
  ])('%s is rejected with a hint', (text, problems) => {
    expect(pathProblems(text)).toEqual(problems)
  })

  it.each(['data/', '/mnt/disk #1/token', '/srv/~backup/token', 'C:\\data', '$'])(
    '%s is accepted',
    (text) => {
      expect(pathProblems(text)).toEqual([])
    },
  )
})

describe('a token', () => {
  it.each([
    ["'abc$def'", [QUOTED]],
    ["'abc$def", [QUOTE_AT_END]],
    ['abc # of ventas', [COMMENT]],
    ['Bearer abc', [SCHEME]],
    ['token abc', [SCHEME]],
    ['Authorization: Basic abc', [SCHEME]],
    ['wolkvox-token: abc', [HEADER]],
    ['WOLKVOX_TOKEN=abc', [HEADER]],
    ['export WOLKVOX_TOKEN=abc', [HEADER]],
    ['TOKEN = abc', [HEADER]],
    ['https://wv0042.wolkvox.com', ['is a URL; set it to the token']],
    ['abc\r\ndef', ['has several lines; leave only the token']],
    ['<token>', [PLACEHOLDER]],
    [`\${WOLKVOX_TOKEN}`, [UNEXPANDED]],
  ])('%s is rejected with a hint', (text, problems) => {
    expect(tokenProblems(text)).toEqual(problems)
  })
})

describe('each variable', () => {
  const UNSUPPORTED = ['WOLKVOX_CONFIG_FILE']
  const GOOD: Readonly<Record<string, string>> = {
    WOLKVOX_SERVER: '0042',
    WOLKVOX_TOKEN: 'test-token',
    WOLKVOX_OPERATION: 'ventas',
    WOLKVOX_BASE_URL: 'https://example.org',
    WOLKVOX_LICENSES: '5',
    WOLKVOX_TIMEZONE: 'UTC',
    WOLKVOX_REFRESH_INTERVAL: '5m',
    WOLKVOX_TIMEOUT: '60s',
    WOLKVOX_STALE_AFTER: '15m',
    WOLKVOX_MAX_RESPONSE_BYTES: '64MiB',
    WOLKVOX_AGENT_NAME: 'plain',
  }

  async function problemsWith(variable: string, text: string): Promise<readonly string[]> {
    const { WOLKVOX_TOKEN, ...others } = GOOD
    const environment = variable === 'WOLKVOX_TOKEN_FILE' ? others : { ...others, WOLKVOX_TOKEN }
    try {
      await readEnvironment({ ...environment, [variable]: text })
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
  }

  it.each(variables.map(([name]) => name).filter((name) => !UNSUPPORTED.includes(name)))(
    '%s is rejected with quotes or with a comment, with one problem each',
    async (name) => {
      const value = GOOD[name] ?? '/run/secrets/wolkvox-token'
      expect(await problemsWith(name, `"${value}"`)).toEqual([`${name}: ${QUOTED}`])
      expect(await problemsWith(name, `'${value}'`)).toEqual([`${name}: ${QUOTED}`])
      expect(await problemsWith(name, `${value} # mine`)).toEqual([`${name}: ${COMMENT}`])
    },
  )
})
