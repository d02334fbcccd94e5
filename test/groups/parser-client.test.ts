import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { groupTableOf } from '../../src/groups/groups.ts'
import { parseGroups } from '../../src/groups/parser-client.ts'
import { exposedIdsOf } from '../../src/reports/agent-identity.ts'
import { anOperation } from '../../tools/fixtures.ts'
import { largeGroupsFile } from '../support/groups-files.ts'

const threadUrl = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`)

/** Changes a file but not its rows: the parser does not parse the same file again. */
const withTrailingLines = (file: Buffer, count: number) =>
  Buffer.concat([file, Buffer.from('\n'.repeat(count))])

describe('a groups file of 10,000 rows with every kind of defect', () => {
  // Takes the smaller of elapsed and CPU time, best of up to 20 runs: other programs use the cores too.
  it('is parsed in less than 200 ms, on another thread', async () => {
    const file = largeGroupsFile()
    const delays = monitorEventLoopDelay({ resolution: 1 })
    const durations: number[] = []
    /** The longest time that this thread was blocked, as a share of the whole time. */
    const blocked: number[] = []
    const isGood = () => Math.min(...durations) < 200 && Math.min(...blocked) < 0.5
    for (let index = 0; index < 20 && !isGood(); index += 1) {
      delays.reset()
      delays.enable()
      // The delay is measured by a timer, which has to start before the parser and to fire after it.
      await sleep(10)
      const start = performance.now()
      const before = process.cpuUsage()
      const reply = await parseGroups(withTrailingLines(file, index), 'csv')
      const { user, system } = process.cpuUsage(before)
      const elapsed = performance.now() - start
      durations.push(Math.min(elapsed, (user + system) / 1000))
      await sleep(10)
      blocked.push(delays.max / 1e6 / elapsed)
      delays.disable()
      expect(reply).toMatchObject({
        groups: {
          rows: 9200,
          labelNames: ['team', 'supervisor', 'site', 'campaign'],
          problems: { duplicate: 100, invalid: 500 },
          problemLines: [5, 15, 25, 35, 45],
        },
      })
    }
    expect(Math.min(...durations)).toBeLessThan(200)
    // Parsing on this thread would block it all the time.
    expect(Math.min(...blocked)).toBeLessThan(0.5)
  })

  it('is small in memory, because agents share their labels', async () => {
    const reply = await parseGroups(largeGroupsFile(), 'csv')
    if ('problems' in reply) throw new Error(reply.problems.join('\n'))
    expect(reply.groups.table.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(reply.groups.table.length).toBeLessThan(300_000)
    expect(groupTableOf(reply.groups, exposedIdsOf(anOperation())).labelsOf('1063')).toEqual({
      group: 'Equipo 23',
      team: 'Equipo 23',
      supervisor: 'Supervisor 63',
      site: 'Bogotá',
      campaign: 'Campaña 0',
    })
  })
})

describe('the parser of groups files', () => {
  it('parses the same file once, also for several operations at a time', async () => {
    const file = () => Buffer.from('agent_id,team\n1,same file\n')
    const [one, other] = await Promise.all([parseGroups(file(), 'csv'), parseGroups(file(), 'csv')])
    if ('problems' in one || 'problems' in other) throw new Error('no groups')
    expect(other.groups).toBe(one.groups)
  })

  it('caches the problems of a wrong file, but parses a file again after its thread failed', async () => {
    const wrong = Buffer.from('id,team\n1,wrong file\n')
    const refusal = { problems: [expect.stringMatching(/^has no column agent_id/)] }
    expect(await parseGroups(wrong, 'csv')).toEqual(refusal)
    expect(await parseGroups(wrong, 'csv', threadUrl('throw new Error("parsed again")'))).toEqual(refusal)
    const good = Buffer.from('agent_id,team\n1,good file\n')
    expect(await parseGroups(good, 'csv', threadUrl('process.exit()'))).toHaveProperty('problems')
    expect(await parseGroups(good, 'csv')).toHaveProperty('groups.rows', 1)
  })

  it('distinguishes formats', async () => {
    const json = Buffer.from('[{"agent_id":"1","team":"a"}]')
    expect(await parseGroups(json, 'yaml')).toHaveProperty('groups.rows', 1)
    expect(await parseGroups(json, 'csv')).toHaveProperty('problems')
  })

  it.each([
    ['ends', 'process.exit()', 'cannot be read (the parser failed); simplify it'],
    ['fails', 'throw new Error("agent 1001")', 'cannot be read (the parser failed); simplify it'],
    ['hangs', 'for (;;);', 'takes longer than 0.2 s to read; make it smaller'],
  ])('reports a thread that %s, and parses the next file', async (what, code, problem) => {
    const file = Buffer.from(`agent_id,team\n1,${what}\n`)
    expect(await parseGroups(file, 'csv', threadUrl(code), what === 'hangs' ? 200 : 20_000)).toEqual({
      problems: [problem],
    })
    expect(await parseGroups(file, 'csv')).toHaveProperty('groups.rows', 1)
  })

  it('reports a thread that cannot start', async () => {
    const url = new URL('file:///no/such/thread.js')
    expect(await parseGroups(Buffer.from('x'), 'csv', url)).toHaveProperty('problems')
  })
})
