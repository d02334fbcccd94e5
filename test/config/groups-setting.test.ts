import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { readConfigFile } from '../../src/config/config-file.ts'
import { writeConfigFile } from '../support/config-files.ts'

const CONFIG = `groups_file: groups.csv
operations:
  - { name: a, server: "0042", token: test-token-a }
  - { name: b, server: "0043", token: test-token-b }
  - { name: c, server: "0044", token: test-token-c, groups_file: groups.yml }
`

const PROXY = 'http://user:test-password@proxy.example:3128'

const FILE = 'agent_id,team\n1001,Norte\n'

/** Writes a configuration file with its groups files beside it. */
function write({ config = CONFIG, csv = FILE, yaml = '1: { site: Cali }' } = {}, tokenFile = '') {
  const path = writeConfigFile(config)
  const beside = (name: string, content: string) => writeFileSync(join(dirname(path), name), content)
  if (tokenFile !== '') beside('a', tokenFile)
  beside('groups.csv', csv)
  beside('groups.yml', yaml)
  return { path, beside, read: () => readConfigFile(path, '--config.file', {}) }
}

async function problemsOf(read: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await read()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

it('reads the groups file of each operation, relative to the configuration file, and a shared one once', async () => {
  const { path, read } = write()
  const { operations, source, warnings } = await read()
  expect(operations.map(({ groups }) => groups?.labelNames)).toEqual([['team'], ['team'], ['site']])
  expect(operations[1]?.groups).toBe(operations[0]?.groups)
  expect(source?.files).toEqual(['groups.csv', 'groups.yml'].map((name) => join(dirname(path), name)))
  expect(warnings).toEqual([])
})

it('reads a changed groups file when the files are refreshed, and keeps the others', async () => {
  const { beside, read } = write()
  const before = await read()
  beside('groups.yml', '1: { site: Cali, team: Sur }')
  const after = await before.source?.readFiles()
  expect(after?.operations.map(({ groups }) => groups?.labelNames)).toEqual([
    ['team'],
    ['team'],
    ['site', 'team'],
  ])
  expect(after?.operations[0]?.groups).toBe(before.operations[0]?.groups)
})

it('keeps the last good labels of a file that is broken when the files are refreshed, but not what contains a token', async () => {
  const { beside, read } = write(
    { config: CONFIG.replace('token: test-token-a', 'token_file: a') },
    'test-token-a',
  )
  const { source } = await read()
  beside('groups.csv', 'id,team\n')
  const refreshed = await source?.readFiles()
  expect(refreshed?.operations.map(({ groups }) => groups?.labelNames)).toEqual([
    ['team'],
    ['team'],
    ['site'],
  ])
  expect(refreshed?.toleratedProblems).toEqual([
    expect.stringMatching(/config\.yml:1:1: groups_file: has no column agent_id/),
  ])
  expect(await problemsOf(read)).toEqual(refreshed?.toleratedProblems)
  beside('a', 'a b')
  expect(await problemsOf(async () => source?.readFiles())).toEqual([
    ...(refreshed?.toleratedProblems ?? []),
    expect.stringMatching(/operations\[0\]\.token_file: must be printable ASCII/),
  ])
  beside('a', 'Norte1')
  beside('groups.csv', `${FILE}1002,Norte1\n`)
  expect(await problemsOf(async () => source?.readFiles())).toEqual([
    expect.stringMatching(/groups_file: contains the token; remove it$/),
  ])
  beside('groups.csv', FILE)
  expect(await source?.readFiles()).not.toHaveProperty('toleratedProblems')
})

it('does not refuse rows that cannot be used', async () => {
  const { read } = write({ csv: `${FILE}1001,Sur\n,Este\n` })
  const { operations } = await read()
  expect(operations[0]?.groups).toMatchObject({ rows: 1, problems: { duplicate: 1, invalid: 1 } })
})

it.each([
  ['cannot be used', { csv: 'id,team\n1,a\n' }, /config\.yml:1:1: groups_file: has no column agent_id/],
  [
    'is broken YAML',
    { yaml: '{' },
    /config\.yml:5:\d+: operations\[2\]\.groups_file: line 1, column \d: is not/,
  ],
  [
    'contains the token',
    { csv: `${FILE}1002,test-token-a\n` },
    /groups_file: contains the token; remove it$/,
  ],
  [
    'has the token as a column',
    { csv: 'agent_id,test_token_d\n1001,Norte\n', config: CONFIG.replaceAll('test-token-a', 'test_token_d') },
    /groups_file: contains the token; remove it$/,
  ],
])('refuses a groups file that %s, with the place of the setting', async (_, files, problem) => {
  const [found = ''] = await problemsOf(write(files).read)
  expect(found).toMatch(problem)
  expect(found).not.toMatch(/test.token/)
})

it('refuses a groups file that contains the key of the pseudonyms', async () => {
  const key = 'test-key-0123456789'
  const { beside, read } = write({
    config: CONFIG.replace('groups_file', 'hash_key_file: key\ngroups_file'),
    csv: `${FILE}1002,${key}\n`,
  })
  beside('key', key)
  const [found = ''] = await problemsOf(read)
  expect(found).toMatch(/groups_file: contains the key of the pseudonyms; remove it$/)
  expect(found).not.toContain(key)
})

it.each([
  ['a setting', `proxy_url: "${PROXY}"\n`, {}],
  ['the environment', '', { HTTPS_PROXY: PROXY }],
])('refuses a groups file that contains the password of a proxy from %s', async (_, setting, environment) => {
  const { path } = write({ config: `${setting}${CONFIG}`, csv: `${FILE}1002,test-password\n` })
  const [found = ''] = await problemsOf(() => readConfigFile(path, '--config.file', environment))
  expect(found).toMatch(/groups_file: contains the password of the proxy; remove it$/)
  expect(found).not.toContain('test-password')
})

it('reports a groups file that is missing', async () => {
  const { read } = write({ config: CONFIG.replace('groups.yml', 'no-such-file') })
  expect(await problemsOf(read)).toEqual([
    expect.stringMatching(/operations\[2\]\.groups_file: cannot be read \(ENOENT\)/),
  ])
})

it('warns if the report agents is missing', async () => {
  const { read } = write({ config: `reports: [skills]\n${CONFIG}` })
  const { warnings } = await read()
  expect(warnings).toContainEqual(
    expect.stringMatching(/groups_file: has no effect without the report agents; add it to reports$/),
  )
})
