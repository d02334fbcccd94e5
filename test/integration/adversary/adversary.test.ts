import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { simulatorDefaults, startSimulator } from '../../../src/simulator/simulator.ts'
import { eventually } from '../../../tools/eventually.ts'
import { type AttackPlan, attacks, type Result } from './attacks.ts'
import { type HonestScrapes, p99, scrapeHonestly } from './honest.ts'
import { startTarget } from './target.ts'

const AGENTS = 500
const CONTROL_MS = 3000

const MAX_P99_MS = 250
const ATTEMPTS = 3

// Ends before the limit of 90 s for each kind of server.
const MAX_ATTACK_MS = 20_000

// The systemd unit allows 512 MB.
const MAX_RESIDENT = 400e6

it.each(['http', 'https'] as const)(
  'hostile clients harm no honest scraper: %s',
  async (scheme) => {
    const simulator = await startSimulator({ ...simulatorDefaults, port: 0, agents: AGENTS })
    const target = await startTarget(scheme, simulator)
    const { pid, url, headers } = target

    const scrapeDuring = async (work: () => Promise<unknown>) => {
      const scrapes = scrapeHonestly(url, headers)
      await work()
      return scrapes.stop()
    }

    // The first scrapes verify the password and warm up the code.
    await scrapeDuring(() => new Promise((resolve) => setTimeout(resolve, 1000)))
    const before = stateOf(pid)
    const idle = await scrapeDuring(() => new Promise((resolve) => setTimeout(resolve, CONTROL_MS)))
    const rows = [rowOf('(idle)', { sent: 0, counts: {} }, idle)]
    const problems: string[] = []
    for (const [name, plan] of Object.entries(attacks)) {
      if (plan.only !== undefined && plan.only !== scheme) continue
      for (let attempt = 1; ; attempt += 1) {
        let result: Result = { sent: 0, counts: {} }
        const honest = await scrapeDuring(async () => {
          result = await attack(name, new URL(url))
        })
        rows.push(rowOf(name, result, honest))
        problems.push(
          ...problemsOf(plan, result, honest, scheme === 'https').map((problem) => `${name}: ${problem}`),
        )
        // Only the time is measured again: other programs on the machine can delay all scrapes.
        if (p99(honest.ms) < MAX_P99_MS) break
        if (attempt < ATTEMPTS) continue
        problems.push(
          `${name}: p99 of honest scrapes was ${p99(honest.ms).toFixed()} ms, in each of ${ATTEMPTS} attempts`,
        )
        break
      }
      if (!target.isRunning()) throw new Error(`the exporter ended during ${name}: ${target.output()}`)
    }
    process.stdout.write(`\n${scheme}\n${tableOf(rows)}\n`)
    await simulator.close()

    expect(problems).toEqual([])
    // Sockets are closed and threads have ended.
    const after = await eventually('no more open files than before', () => {
      const state = stateOf(pid)
      return state.files <= before.files ? state : undefined
    })
    expect(after.threads).toBeLessThanOrEqual(before.threads)
    expect(after.peak).toBeLessThan(MAX_RESIDENT)
    process.stdout.write(`${JSON.stringify({ before, after })}\n`)
    const healthy = await scrapeDuring(() => new Promise((resolve) => setTimeout(resolve, 1000)))
    expect(healthy.failures).toEqual([])
    // No request was an error of the exporter.
    expect(target.errors()).toEqual([])
  },
  240_000,
)

const ATTACKER = new URL('./attacker.ts', import.meta.url).pathname

/** Runs an attack in a separate process. */
async function attack(name: string, { port, protocol }: URL): Promise<Result> {
  const parameters = [ATTACKER, name, port, protocol.slice(0, -1)]
  const { stdout } = await promisify(execFile)(process.execPath, parameters, { timeout: MAX_ATTACK_MS })
  return JSON.parse(stdout)
}

/** What the operator of the exporter would complain about. */
function problemsOf(plan: AttackPlan, { counts }: Result, honest: HonestScrapes, hasAuth: boolean): string[] {
  const allowed = [...plan.allowed, ...(hasAuth ? ['401', '429', '503', 'closed'] : [])]
  const wrong = Object.keys(counts).filter((outcome) => !allowed.includes(outcome))
  const expected = [...plan.expected, ...(hasAuth ? ['401'] : [])]
  return [
    ...wrong.map((outcome) => `${counts[outcome]} with the outcome ${outcome}`),
    ...(expected.some((outcome) => outcome in counts)
      ? []
      : [`none with the outcome ${expected.join(' or ')}`]),
    ...honest.failures.map((failure) => `an honest scrape failed: ${failure}`),
  ]
}

/** What the process uses. */
function stateOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1])
  return {
    files: readdirSync(`/proc/${pid}/fd`).length,
    threads: read('Threads'),
    resident: read('VmRSS') * 1024,
    peak: read('VmHWM') * 1024,
  }
}

type Row = readonly string[]

const HEADER: Row = ['attack', 'sent', 'outcomes', 'honest scrapes', 'failed', 'p50 ms', 'p99 ms', 'max ms']

function rowOf(name: string, { sent, counts }: Result, { ms, failures }: HonestScrapes): Row {
  const sorted = ms.toSorted((one, other) => one - other)
  const outcomes = Object.entries(counts).map(([outcome, times]) => `${outcome}: ${times}`)
  return [
    name,
    String(sent),
    outcomes.join(', '),
    String(ms.length),
    String(failures.length),
    (sorted[Math.floor(sorted.length / 2)] ?? Number.NaN).toFixed(1),
    p99(ms).toFixed(1),
    (sorted.at(-1) ?? Number.NaN).toFixed(1),
  ]
}

function tableOf(rows: readonly Row[]): string {
  const all = [HEADER, ...rows]
  const widths = HEADER.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}
