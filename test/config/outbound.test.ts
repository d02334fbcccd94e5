import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { generate } from 'selfsigned'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { type Environment, readEnvironment } from '../../src/config/environment.ts'
import { describeRoute } from '../../src/config/proxy.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

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

function write(content: string): string {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, content)
  return path
}

describe('the proxy', () => {
  it.each<[string, Environment, string]>([
    ['none by default', {}, 'none'],
    [
      'that of the setting',
      { WOLKVOX_PROXY_URL: 'http://proxy:3128' },
      'http://proxy:3128 (WOLKVOX_PROXY_URL)',
    ],
    ['that of the environment', { HTTPS_PROXY: 'http://proxy:3128' }, 'http://proxy:3128 (HTTPS_PROXY)'],
    [
      'that of the setting before the environment and its exceptions',
      { WOLKVOX_PROXY_URL: 'http://proxy:3128', HTTPS_PROXY: 'http://other', NO_PROXY: '*' },
      'http://proxy:3128 (WOLKVOX_PROXY_URL)',
    ],
    [
      'none on request',
      { WOLKVOX_PROXY_URL: 'none', HTTPS_PROXY: 'http://proxy' },
      'none (WOLKVOX_PROXY_URL)',
    ],
    ['none for an exception', { HTTPS_PROXY: 'http://proxy', NO_PROXY: 'wolkvox.com' }, 'none (NO_PROXY)'],
    [
      'that of the scheme of the base URL',
      {
        WOLKVOX_BASE_URL: 'http://wolkvox.example',
        HTTP_PROXY: 'http://proxy:3128',
        HTTPS_PROXY: 'http://other',
      },
      'http://proxy:3128 (HTTP_PROXY)',
    ],
  ])('is %s', async (_what, environment, route) => {
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

describe('the CA file', () => {
  it('is read once, and becomes part of the operation', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'Test CA' }], { keyType: 'ec' })
    const { operations, warnings } = await readEnvironment({ ...REQUIRED, WOLKVOX_CA_FILE: write(cert) })
    expect(operations[0]?.caCertificates).toContain('BEGIN CERTIFICATE')
    expect(warnings).toEqual([])
  })

  it('causes a warning if it has expired', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'Test CA' }], {
      keyType: 'ec',
      notBeforeDate: new Date(0),
      notAfterDate: new Date(86_400_000),
    })
    const { warnings } = await readEnvironment({ ...REQUIRED, WOLKVOX_CA_FILE: write(cert) })
    expect(warnings).toEqual([expect.stringMatching(/^WOLKVOX_CA_FILE: certificate 1 expired on 1970-01-02/)])
  })

  it('is reported with its variable if it is wrong, once', async () => {
    expect(await problemsOf({ WOLKVOX_CA_FILE: '/nowhere/ca.pem' })).toEqual([
      'WOLKVOX_CA_FILE: cannot be read (ENOENT); set it to a file that this user can read',
    ])
    expect(await problemsOf({ WOLKVOX_CA_FILE: '~/ca.pem' })).toEqual([
      expect.stringMatching(/^WOLKVOX_CA_FILE: starts with ~/),
    ])
  })
})

describe('the files of a configuration', () => {
  it('are those of the token and of the CA', async () => {
    const { source } = await readEnvironment(REQUIRED)
    expect(source?.files).toEqual([])
    const path = write('test-token')
    const fromFile = await readEnvironment({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })
    expect(fromFile.source?.files).toEqual([path])
  })

  it('can be read again', async () => {
    const path = write('test-token')
    const { source } = await readEnvironment({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })
    writeFileSync(path, 'other-token')
    expect((await source?.reload())?.operations[0]?.token.reveal()).toBe('other-token')
    writeFileSync(path, '')
    await expect(source?.reload()).rejects.toThrow(
      'WOLKVOX_TOKEN_FILE: is empty; write the token into the file',
    )
  })
})
