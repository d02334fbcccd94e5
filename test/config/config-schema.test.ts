import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configSchema, SCHEMA_PATH } from '../../scripts/docs/config-schema.ts'
import { readConfigFile } from '../../src/config/config-file.ts'
import { settings } from '../../src/config/settings.ts'
import { simulatorDefaults } from '../../src/simulator/simulator.ts'
import { readText } from '../../tools/files.ts'
import { problemsOfFile, writeConfigFile } from '../support/config-files.ts'

const validate = new Ajv({
  allErrors: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
}).compile(JSON.parse(configSchema()))

/** Whether an editor finds nothing wrong with the text. It reads YAML with numbers, and with merge keys. */
const isValid = (text: string): boolean => validate(parse(text, { merge: true }))

it('is in the documentation; npm run docs writes it', () => {
  expect(readText(SCHEMA_PATH)).toBe(configSchema())
})

it('describes each key of the settings table', () => {
  const { properties, definitions } = JSON.parse(configSchema())
  const operation = properties.operations.items.properties
  for (const [name, { key, meaning }] of Object.entries(settings)) {
    expect(Object.keys(operation), key).toContain(key.split('.')[0])
    expect(definitions[name].description).toContain(meaning)
  }
  const others = Object.keys(operation).filter((key) => key !== 'name')
  expect(Object.keys(properties)).toEqual([...others, 'operations'])
})

const examples = [...readText('docs/configuration.md').matchAll(/^```yaml\n(.*?operations:.*?)^```/gms)].map(
  ([, text = '']) => text,
)

describe('the documented examples', () => {
  it('are there', () => expect(examples).not.toEqual([]))

  it.each(examples.map((text, index) => [index, text]))('are valid for an editor: %i', (_, text) => {
    expect(isValid(String(text))).toBe(true)
  })

  it.each(examples.map((text, index) => [index, text]))('can be read: %i', async (_, text) => {
    const path = writeConfigFile(String(text))
    for (const [, file = ''] of String(text).matchAll(/_file: (\S+)/g)) {
      mkdirSync(join(dirname(path), dirname(file)), { recursive: true })
      writeFileSync(join(dirname(path), file), `test-token-${file}`)
    }
    const { operations, warnings } = await readConfigFile(path, '--config.file', {})
    expect(warnings).toEqual([])
    expect(operations).toMatchObject([
      {
        name: 'ventas-bogota',
        licenses: 50,
        reports: [
          { name: 'agents', refreshIntervalMs: 300_000 },
          { name: 'skills', parameters: { serviceLevelSeconds: 40 } },
          { name: 'latency', refreshIntervalMs: 900_000 },
        ],
      },
      { name: 'soporte', licenses: 50, priority: 10 },
      {
        name: 'cobros',
        timeZone: 'America/Mexico_City',
        licenses: 20,
        states: { almuerzo: 'aux', 'en linea': 'talk' },
        agentFilter: { include: [], exclude: ['^9', 'prueba'] },
      },
    ])
  })
})

it('the path of the schema in the documentation leads from the top folder to the schema', () => {
  const paths = examples.flatMap((text) => [...text.matchAll(/\$schema=(\S+)/g)].map(([, path]) => path))
  expect(paths).toEqual([SCHEMA_PATH])
})

it('the file for the simulator describes two accounts of its API', async () => {
  const [, text = ''] = /^```yaml\n(.*?)^```/ms.exec(readText('docs/simulator.md')) ?? []
  expect(isValid(text)).toBe(true)
  const { operations } = await readConfigFile(writeConfigFile(text), '--config.file', {})
  const { host, port, token } = simulatorDefaults
  expect(new Set(operations.map(({ server }) => server)).size).toBe(2)
  for (const operation of operations) {
    expect(operation).toMatchObject({ baseUrl: `http://${host}:${port}` })
    expect(operation.token.reveal()).toBe(token)
  }
})

const withKeys = (...lines: readonly string[]) =>
  ['operations:', '  - name: a', '    server: "0042"', ...lines.map((line) => `    ${line}`)].join('\n')

const TOKEN = 'token: test-token-a'

/** Files on which the schema and the reader agree. */
const agreed: readonly (readonly [isGood: boolean, text: string])[] = [
  ...[
    TOKEN,
    'token_file: token',
    'token_env: TOKEN_A',
    ...[
      'base_url: http://127.0.0.1:9988/a',
      'base_url: HTTPS://wv0042.wolkvox.com',
      'proxy_url: none',
      'proxy_url: http://user:p%40ss@proxy:3128',
      'licenses: 50',
      'licenses: "50"',
      'timezone: America/Argentina/Buenos_Aires',
      'reports: agents',
      'reports: agents, skills',
      'reports: [agents, skills]',
      'reports: { agents: {}, skills: { service_level_seconds: 30, stale_after: 1h } }',
      'refresh_interval: 5m',
      'refresh_interval: 1h30m',
      'timeout: 10s',
      'stale_after: 1d',
      'max_response_bytes: 64MiB',
      'max_response_bytes: 65536',
      'max_response_bytes: "65536"',
      'agent_name: hash\n    agent_id: hash\n    hash_key_file: hash-key',
      'agent_name: omit',
      'service_level_seconds: 40',
      'agents: { include: ["^1"], exclude: [prueba] }',
      'agents: { include: [], exclude: [] }',
      'states: { Almuerzo: aux }',
      'states: {}',
      'priority: -5',
      'metrics: { exclude: [] }',
      'metrics: { exclude: [wolkvox_agents] }',
      'priority: "5"',
    ].map((line) => `${TOKEN}\n    ${line}`),
  ].map((lines) => [true, withKeys(lines)] as const),
  [true, `server: "0042"\n${TOKEN}\noperations: [{ name: a }, { name: b }]`],
  [true, 'operations:\n  - &a { name: a, server: "0042", token: test-token-a }\n  - { <<: *a, name: b }'],
  ...[
    'token: test token',
    'token: [test-token-a]',
    `${TOKEN}\n    token_file: token`,
    `${TOKEN}\n    token_env: TOKEN_A`,
    'token_file: token\n    token_env: TOKEN_A',
    'token_env: 7-b',
    ...[
      'colour: red',
      'base_url: wv0042',
      'base_url: https://user@proxy.example',
      'proxy_url: http://a b',
      'licenses: 0',
      'licenses: 1.5',
      'licenses: many',
      'licenses:',
      'timezone: "-05:00"',
      'reports: agent',
      'reports: []',
      'reports: [agents, agents]',
      'reports: {}',
      'reports: { agent: {} }',
      'reports: { agents: }',
      'reports: { agents: { service_level_seconds: 30 } }',
      'reports: { agents: { timeout: 30s } }',
      'refresh_interval: 300',
      'refresh_interval: 5 m',
      'refresh_interval: ""',
      'timeout: 10s5m',
      'max_response_bytes: 1',
      'max_response_bytes: 64M',
      'agent_name: Plain',
      'agent_id: omit',
      'hash_key_file: [hash-key]',
      'service_level_seconds: 0',
      'priority: 101',
      'metrics: {}',
      'metrics: { exclude: wolkvox_agents }',
      'metrics: { exclude: [wolkvox_up] }',
      'metrics: { exclude: [wolkvox_agents, wolkvox_agents] }',
      'priority: high',
      'agents: {}',
      'agents: { only: [a] }',
      'agents: { exclude: }',
      'agents: { include: {} }',
      'agents: { include: [""] }',
      'agents: { exclude: prueba }',
      'states: aux',
      'states: []',
      'states:',
      'metrics: { exclude: {} }',
      'states: { Almuerzo: lunch }',
      'name: ""',
      'server: wv0042',
      'server: "34"',
      'server: { code: "0042" }',
    ].map((line) => `${TOKEN}\n    ${line}`),
  ].map((lines) => [false, withReplaced(lines)] as const),
  [false, 'timeout: 60s'],
  [false, 'operations: []'],
  [false, 'operations: { a: {} }'],
  [false, `${TOKEN}\noperations: [{ server: "0042" }]`],
  [false, `name: a\noperations: [{ name: a, server: "0042", ${TOKEN} }]`],
  [false, `${TOKEN}\ntoken_file: token\noperations: [{ name: a, server: "0042" }]`],
]

/** Without the usual line of a key that these lines have. */
function withReplaced(lines: string): string {
  const text = withKeys(lines)
  if (lines.includes(' name:')) return text.replace('  - name: a\n    ', '  - ')
  return lines.includes(' server:') ? text.replace('    server: "0042"\n', '') : text
}

describe('a file', () => {
  it.each(agreed)('is the same for the schema and for the exporter: %s, %s', async (isGood, text) => {
    expect({ schema: isValid(text), exporter: (await problemsOfFile(text)).length === 0 }).toEqual({
      schema: isGood,
      exporter: isGood,
    })
  })

  it('with a number where the schema wants quotes is still read', async () => {
    const text = `operations: [{ name: a, server: 0042, ${TOKEN} }]`
    expect([isValid(text), await problemsOfFile(text)]).toEqual([false, []])
  })
})
