import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { routeFromEnvironment } from '../../src/config/environment-proxy.ts'
import type { Environment } from '../../src/config/variables.ts'
import { describeRoute } from '../../src/wolkvox/route.ts'

const REQUIRED = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }

const WOLKVOX = new URL('https://wv0042.wolkvox.com')
const PROXY = 'http://proxy.example:3128'

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

describe('the proxy of the environment', () => {
  it.each<[string, Record<string, string>, URL, string]>([
    ['is none without a variable', {}, WOLKVOX, 'none'],
    ['is HTTPS_PROXY for https:', { HTTPS_PROXY: PROXY }, WOLKVOX, `${PROXY} (HTTPS_PROXY)`],
    ['is https_proxy for https:', { https_proxy: PROXY }, WOLKVOX, `${PROXY} (https_proxy)`],
    [
      'is the variable in lower case, if there are both',
      { HTTPS_PROXY: 'http://other', https_proxy: PROXY },
      WOLKVOX,
      `${PROXY} (https_proxy)`,
    ],
    [
      'is not that of an empty variable',
      { https_proxy: ' ', HTTPS_PROXY: PROXY },
      WOLKVOX,
      `${PROXY} (HTTPS_PROXY)`,
    ],
    ['is HTTP_PROXY for http:', { HTTP_PROXY: PROXY }, new URL('http://a.example'), `${PROXY} (HTTP_PROXY)`],
    ['is http_proxy for http:', { http_proxy: PROXY }, new URL('http://a.example'), `${PROXY} (http_proxy)`],
    [
      'is not HTTP_PROXY for https:',
      { HTTP_PROXY: PROXY },
      WOLKVOX,
      'none (HTTP_PROXY does not apply to https:)',
    ],
    [
      'is not HTTPS_PROXY for http:',
      { HTTPS_PROXY: PROXY },
      new URL('http://a.example'),
      'none (HTTPS_PROXY does not apply to http:)',
    ],
    ['is ALL_PROXY for any scheme', { ALL_PROXY: PROXY }, WOLKVOX, `${PROXY} (ALL_PROXY)`],
    [
      'is that of the scheme before ALL_PROXY',
      { ALL_PROXY: 'http://other', HTTPS_PROXY: PROXY },
      WOLKVOX,
      `${PROXY} (HTTPS_PROXY)`,
    ],
    [
      'is none if NO_PROXY matches',
      { HTTPS_PROXY: PROXY, NO_PROXY: '.wolkvox.com' },
      WOLKVOX,
      'none (NO_PROXY)',
    ],
    [
      'is none if no_proxy matches, also if NO_PROXY does not',
      { HTTPS_PROXY: PROXY, no_proxy: '*', NO_PROXY: 'other' },
      WOLKVOX,
      'none (no_proxy)',
    ],
    [
      'is used if NO_PROXY matches only others',
      { HTTPS_PROXY: PROXY, NO_PROXY: 'other' },
      WOLKVOX,
      `${PROXY} (HTTPS_PROXY)`,
    ],
  ])('%s', (_what, environment, target, described) => {
    const { route, problems } = routeFromEnvironment(environment, target)
    expect(problems).toEqual([])
    expect(describeRoute(route)).toBe(described)
  })

  it('is a problem that names the variable, unless the proxy is not used', () => {
    const environment = { https_proxy: 'socks5://user:test-word@proxy:1080' }
    expect(routeFromEnvironment(environment, WOLKVOX).problems).toEqual([
      'https_proxy: is a SOCKS proxy, which the exporter does not support; set it to an HTTP proxy, or WOLKVOX_PROXY_URL (proxy_url in a file) to none',
    ])
    expect(routeFromEnvironment({ ...environment, NO_PROXY: '*' }, WOLKVOX).problems).toEqual([])
  })
})
