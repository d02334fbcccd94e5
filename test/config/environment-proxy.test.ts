import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { type Environment, readEnvironment } from '../../src/config/environment.ts'
import { describeRoute } from '../../src/wolkvox/route.ts'

const REQUIRED = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }

async function problemsOf(environment: Environment): Promise<readonly string[]> {
  try {
    await readEnvironment({ ...REQUIRED, ...environment })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

async function routeOf(environment: Environment): Promise<string | undefined> {
  const { operations } = await readEnvironment({ ...REQUIRED, ...environment })
  return operations[0] && describeRoute(operations[0].route)
}

describe('the proxy of an operation', () => {
  it.each<[string, Environment, string]>([
    ['is none by default', {}, 'none'],
    [
      'is that of the setting',
      { WOLKVOX_PROXY_URL: 'http://proxy:3128' },
      'http://proxy:3128 (WOLKVOX_PROXY_URL)',
    ],
    [
      'is that of the environment without a setting',
      { HTTPS_PROXY: 'http://proxy:3128' },
      'http://proxy:3128 (HTTPS_PROXY)',
    ],
    [
      'is that of the setting, also if the environment names another',
      { WOLKVOX_PROXY_URL: 'http://proxy:3128', HTTPS_PROXY: 'http://other', NO_PROXY: '*' },
      'http://proxy:3128 (WOLKVOX_PROXY_URL)',
    ],
    [
      'is none if the setting is none',
      { WOLKVOX_PROXY_URL: 'none', HTTPS_PROXY: 'http://proxy' },
      'none (WOLKVOX_PROXY_URL)',
    ],
    [
      'is none if NO_PROXY matches the base URL',
      { HTTPS_PROXY: 'http://proxy', NO_PROXY: 'wolkvox.com' },
      'none (NO_PROXY)',
    ],
    [
      'is that for the scheme of the base URL',
      {
        WOLKVOX_BASE_URL: 'http://wolkvox.example',
        HTTP_PROXY: 'http://proxy:3128',
        HTTPS_PROXY: 'http://other',
      },
      'http://proxy:3128 (HTTP_PROXY)',
    ],
  ])('%s', async (_what, environment, route) => {
    expect(await routeOf(environment)).toBe(route)
  })

  it('is reported with its variable if it is wrong, together with other problems', async () => {
    expect(await problemsOf({ WOLKVOX_PROXY_URL: 'socks5://proxy', WOLKVOX_TIMEOUT: '?' })).toEqual([
      expect.stringMatching(/^WOLKVOX_PROXY_URL: is a SOCKS proxy/),
      expect.stringMatching(/^WOLKVOX_TIMEOUT: /),
    ])
    expect(await problemsOf({ HTTPS_PROXY: 'ftp://proxy', WOLKVOX_TIMEOUT: '?' })).toEqual([
      expect.stringMatching(/^WOLKVOX_TIMEOUT: /),
      expect.stringMatching(/^HTTPS_PROXY: must be http:\/\/host:port/),
    ])
    expect(await problemsOf({ HTTPS_PROXY: 'ftp://proxy', WOLKVOX_PROXY_URL: 'none' })).toEqual([])
  })

  it.each(['WOLKVOX_PROXY_URL', 'HTTPS_PROXY', 'ALL_PROXY'])(
    'keeps its password out of the configuration and of problems: %s',
    async (variable) => {
      const config = await readEnvironment({ ...REQUIRED, [variable]: 'http://user:test-word@proxy:3128' })
      expect(inspect(config, { depth: null }) + JSON.stringify(config)).not.toContain('test-word')
      expect(config.operations[0]?.route.proxy?.credentials?.password.reveal()).toBe('test-word')
      for (const wrong of [
        'http://user:test-word@',
        'http://user:test-word@proxy/x',
        'ftp://u:test-word@proxy',
      ]) {
        const problems = await problemsOf({ [variable]: wrong })
        expect(problems).toHaveLength(1)
        expect(problems.join()).not.toContain('test-word')
      }
    },
  )

  it('must not contain the token', async () => {
    expect(await problemsOf({ WOLKVOX_PROXY_URL: 'http://test-token:3128' })).toEqual([
      'WOLKVOX_PROXY_URL: contains the token; remove it',
    ])
  })
})
