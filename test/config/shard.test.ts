import { describe, expect, it } from 'vitest'
import { accountIdOf, accountLabelOf } from '../../src/config/account.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { parseArguments } from '../../src/config/flags.ts'
import type { Config } from '../../src/config/operation.ts'
import { isOnShard, partOfShard, readShard, shardOf } from '../../src/config/shard.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { readFileWith } from '../support/config-files.ts'

function read(argv: readonly string[], hostname = 'laptop', environment: Record<string, string> = {}) {
  return readShard(parseArguments(argv), { environment, hostname })
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('the flags', () => {
  it('are everything in one process unless they are set', () => {
    expect(read([])).toEqual({ number: 0, total: 1 })
    expect(read(['--total-shards=1', '--shard=0'])).toEqual({ number: 0, total: 1 })
  })

  it('name one of several shards, counted from 0', () => {
    expect(read(['--total-shards=3'])).toEqual({ number: 0, total: 3 })
    expect(read(['--shard=2', '--total-shards', '3'])).toEqual({ number: 2, total: 3 })
  })

  it.each<[string, string | undefined]>([
    ['wolkvox-exporter-2', undefined],
    ['a-10-2', undefined],
    ['node-7.example.com', 'wolkvox-exporter-2'],
  ])('take the number from the name of the pod: host %s, POD_NAME %s', (hostname, podName) => {
    const environment = podName === undefined ? {} : { POD_NAME: podName }
    expect(read(['--shard=auto', '--total-shards=3'], hostname, environment)).toEqual({ number: 2, total: 3 })
  })

  it.each<[string, readonly string[], string]>([
    [
      'a shard without the number of shards',
      ['--shard=1'],
      '--shard: needs --total-shards, the number of all shards',
    ],
    [
      'a shard that does not exist',
      ['--shard=3', '--total-shards=3'],
      '--shard: must be a whole number from 0 to 2, below --total-shards, or auto',
    ],
    [
      'a negative shard',
      ['--shard=-1', '--total-shards=3'],
      '--shard: must be a whole number from 0 to 2, below --total-shards, or auto',
    ],
    [
      'a shard of digits with a zero',
      ['--shard=01', '--total-shards=3'],
      '--shard: must be a whole number from 0 to 2, below --total-shards, or auto',
    ],
    [
      'an empty shard',
      ['--shard=', '--total-shards=3'],
      '--shard: must be a whole number from 0 to 2, below --total-shards, or auto',
    ],
    ['no shards', ['--total-shards=0'], '--total-shards: must be a whole number from 1 to 1000'],
    ['too many shards', ['--total-shards=1001'], '--total-shards: must be a whole number from 1 to 1000'],
    ['half a shard', ['--total-shards=1.5'], '--total-shards: must be a whole number from 1 to 1000'],
    [
      'auto on another machine than a pod',
      ['--shard=auto', '--total-shards=3'],
      '--shard: auto needs the name of a pod of a StatefulSet, such as wolkvox-exporter-0, but the host name does not end in a hyphen and a number; set POD_NAME or the number itself',
    ],
  ])('refuse %s', (_, argv, problem) => {
    expect(problemsOf(() => read(argv))).toEqual([problem])
  })

  it('refuse a pod beyond the number of shards', () => {
    expect(problemsOf(() => read(['--shard=auto', '--total-shards=3'], 'wolkvox-exporter-3'))).toEqual([
      '--shard: the host name ends in 3, but --total-shards is 3; set --total-shards to the number of replicas',
    ])
    expect(problemsOf(() => read(['--shard=auto'], 'x-0', { POD_NAME: 'x-1' }))).toEqual([
      '--shard: POD_NAME ends in 1, but --total-shards is 1; set --total-shards to the number of replicas',
    ])
  })

  it.each(['demo', 'simulate'])('are refused by %s', (command) => {
    for (const flag of ['--shard=0', '--total-shards=1', '--config.auto-reload']) {
      expect(problemsOf(() => parseArguments([command, flag]))).toEqual([
        `${flag.split('=')[0]}: ${command} simulates its operation; remove it`,
      ])
    }
  })
})

// Processes of two versions run side by side during an update.
const KNOWN: readonly number[] = [0, 0, 3, 2, 0, 0, 1, 3, 0, 0, 2, 0, 1, 3, 3, 0]

const accounts = Array.from({ length: 1000 }, (_, index) => {
  const server = String(index).padStart(4, '0')
  return accountIdOf(anOperation({ server, baseUrl: `https://wv${server}.wolkvox.com` }))
})

describe('1,000 accounts', () => {
  const over = (total: number) => accounts.map((account) => shardOf(account, total))

  it('are each on exactly one of three shards, evenly', () => {
    const shards = over(3)
    for (const shard of shards) expect([0, 1, 2]).toContain(shard)
    for (const shard of [0, 1, 2]) {
      const share = shards.filter((each) => each === shard).length
      expect(share).toBeGreaterThan(280)
      expect(share).toBeLessThan(390)
    }
  })

  it('move only to the new shard when a fourth is added, about a quarter of them', () => {
    const [before, after] = [over(3), over(4)]
    const moved = after.filter((shard, index) => shard !== before[index])
    expect(new Set(moved)).toEqual(new Set([3]))
    // 250 ± 3.6 standard deviations.
    expect(moved.length).toBeGreaterThan(200)
    expect(moved.length).toBeLessThan(300)
  })

  it('are where every other version looks for them', () => {
    expect(over(4).slice(0, 16)).toEqual(KNOWN)
  })
})

describe('the account of an operation', () => {
  it.each([
    ['a final dot of the host', 'https://wv0042.wolkvox.com.', 'https://wv0042.wolkvox.com'],
    ['a final slash', 'https://wv0042.wolkvox.com/', 'https://wv0042.wolkvox.com'],
    ['letter case, default port and repeated slashes', 'http://GW:80//w', 'http://gw/w'],
    ['a slash at the end of a path', 'http://gw/a//w//', 'http://gw/a/w'],
  ])('is the same with %s', (_, one, other) => {
    expect(accountIdOf(anOperation({ baseUrl: one }))).toBe(accountIdOf(anOperation({ baseUrl: other })))
  })

  it.each([
    ['another port', 'http://gw:8080/w', 'http://gw/w'],
    ['another scheme', 'https://gw/w', 'http://gw/w'],
    ['another path', 'http://gw/W', 'http://gw/w'],
  ])('is another one with %s', (_, one, other) => {
    expect(accountIdOf(anOperation({ baseUrl: one }))).not.toBe(accountIdOf(anOperation({ baseUrl: other })))
  })

  it('has the identity that earlier processes have stored', () => {
    const baseUrl = 'https://wv0042.wolkvox.com'
    expect(accountIdOf(anOperation({ server: '0042', baseUrl }))).toBe(
      '["0042","https://wv0042.wolkvox.com/"]',
    )
    expect(accountIdOf(anOperation({ server: '0042', baseUrl: 'http://gw/w' }))).toBe(
      '["0042","http://gw/w"]',
    )
  })
})

describe('a part', () => {
  const operations = Array.from({ length: 30 }, (_, index) => {
    const server = String(index % 20).padStart(4, '0')
    return anOperation({ name: `operation-${index}`, server, baseUrl: `https://wv${server}.wolkvox.com` })
  })
  const config: Config = { operations, warnings: ['a warning'] }

  it('has all operations of its accounts, and all parts together have each once', () => {
    const parts = [0, 1, 2].map((number) => partOfShard(config, { number, total: 3 }).operations)
    expect(
      parts
        .flat()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(operations.map(({ name }) => name).sort())
    const shardsOf = Map.groupBy(
      parts.flatMap((part, number) => part.map((operation) => ({ operation, number }))),
      ({ operation }) => accountIdOf(operation),
    )
    for (const members of shardsOf.values()) expect(new Set(members.map(({ number }) => number)).size).toBe(1)
    expect(shardsOf.size).toBe(20)
  })

  it('is the whole with one shard', () => {
    expect(partOfShard(config, { number: 0, total: 1 })).toBe(config)
  })

  it('keeps the problems of files, also of those that only another shard uses', async () => {
    const read = async (): Promise<Config> => ({ operations, warnings: [], toleratedProblems: ['one'] })
    const whole = { ...(await read()), source: { files: [], readFiles: read, readAll: read } }
    const part = partOfShard(whole, { number: 0, total: 3 })
    expect(part.toleratedProblems).toEqual(['one'])
    expect((await part.source?.readFiles())?.toleratedProblems).toEqual(['one'])
  })

  it('gives each account the name that it has in the whole', () => {
    const twins = ['https://a.example', 'https://b.example', 'https://c.example'].map((baseUrl, index) =>
      anOperation({ name: `twin-${index}`, baseUrl }),
    )
    const labels = [0, 1, 2].flatMap((number) =>
      partOfShard({ operations: twins, warnings: [] }, { number, total: 3 }).operations.map(
        (operation, _, part) => accountLabelOf(operation, part),
      ),
    )
    expect(labels.sort()).toEqual([
      '0042@https://a.example',
      '0042@https://b.example',
      '0042@https://c.example',
    ])
  })

  it('warns if no account is on the shard', () => {
    const one = { operations: [anOperation()], warnings: ['a warning'] }
    const empty = [0, 1].find((number) => !isOnShard(anOperation(), { number, total: 2 })) ?? expect.fail()
    expect(partOfShard(one, { number: empty, total: 2 })).toEqual({
      operations: [],
      warnings: ['a warning', `--shard: no account is on shard ${empty} of 2`],
    })
  })

  it('has only the warnings about its operations and about the whole configuration', async () => {
    const others = [1, 2, 3, 4, 5, 6, 7].map(
      (number) => `  - { name: of-${number}, server: "004${number}", token: test-token-${number} }`,
    )
    const content = `
refresh_interval: 2m
operations:
  - { name: of-0, server: "0040", token: test-token-0, reports: { agents: { refresh_interval: 1m } } }
${others.join('\n')}
`
    const whole = await readFileWith(content, { WOLKVOX_OTHER: 'x' })
    const [unknown, ofDefault, ofOne] = whole.warnings
    expect(whole.warnings).toEqual([
      expect.stringMatching(/^WOLKVOX_OTHER: /),
      expect.stringMatching(/refresh_interval: 2m is shorter/),
      expect.stringMatching(/operations\[0\].*refresh_interval: 1m is shorter/),
    ])
    const parts = [0, 1].map((number) => partOfShard(whole, { number, total: 2 }))
    const first = parts.findIndex(({ operations }) => operations.some(({ name }) => name === 'of-0'))
    expect(parts.map(({ operations }) => operations.length > 1)).toEqual([true, true])
    expect(parts[first]?.warnings).toEqual([unknown, ofDefault, ofOne])
    expect(parts[1 - first]?.warnings).toEqual([unknown, ofDefault])
  })

  it('without its only operation of the environment has no warning about it', async () => {
    const environment = {
      WOLKVOX_SERVER: '0042',
      WOLKVOX_TOKEN: 'test-token',
      WOLKVOX_REFRESH_INTERVAL: '2m',
      WOLKVOX_OTHER: 'x',
    }
    const whole = await readEnvironment(environment)
    const [unknown, short] = whole.warnings
    expect(short).toMatch(/2m is shorter/)
    const parts = [0, 1].map((number) => partOfShard(whole, { number, total: 2 }))
    expect(parts.find(({ operations }) => operations.length > 0)?.warnings).toEqual([unknown, short])
    expect(parts.find(({ operations }) => operations.length === 0)?.warnings).toEqual([
      unknown,
      expect.stringMatching(/^--shard: no account/),
    ])
  })

  it('stays a part after a refresh and a reload', async () => {
    const read = async (): Promise<Config> => ({
      ...config,
      source: { files: [], readFiles: read, readAll: read },
    })
    const part = partOfShard(await read(), { number: 1, total: 3 })
    const names = part.operations.map(({ name }) => name)
    for (const again of [await part.source?.readFiles(), await part.source?.readAll()]) {
      expect(again?.operations.map(({ name }) => name)).toEqual(names)
      const twice = await again?.source?.readAll()
      expect(twice?.operations.map(({ name }) => name)).toEqual(names)
    }
    expect(names.length).toBeLessThan(30)
  })
})
