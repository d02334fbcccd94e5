import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parsePositive } from './run-bench.ts'
import { type BenchOptions, type Figure, isMet, tableOf } from './speed/figure.ts'
import { measureMemory } from './speed/memory.ts'
import { measureOperations } from './speed/operations.ts'
import { measureRefresh } from './speed/refresh.ts'
import { measureScrapes } from './speed/scrapes.ts'
import { describeEnvironment, runProgram } from './speed/setup.ts'
import { measureStalls } from './speed/stalls.ts'
import { measureStart } from './speed/start.ts'
import { measureTlsScrapes } from './speed/tls.ts'

const RESULTS = new URL('RESULTS.md', import.meta.url)

/** The parts of the table, by the value of `--part`. */
const parts: Readonly<Record<string, (options: BenchOptions) => Promise<Figure[]>>> = {
  scrapes: measureScrapes,
  tls: measureTlsScrapes,
  stalls: measureStalls,
  refresh: measureRefresh,
  memory: measureMemory,
  operations: measureOperations,
  start: measureStart,
}

const HOW_TO_READ = `Rows with a target are judged: throughput and times by their median, stalls, memory and modules by their maximum. Rows without a
target show the values behind the judged row above them. The two runs of a ratio follow each other directly, so the ratio is
also meaningful on a busy machine. Compare a stall with the idle process in the row below. nginx runs with its defaults,
which include one worker; the exporter serves from one thread. The exporter runs as in its image and its systemd unit, with
\`MALLOC_ARENA_MAX=1\` and \`MALLOC_MMAP_THRESHOLD_=131072\`. \`npm run bench -- --write\` writes this file.`

/** Measures the parts. @returns the results as Markdown, and whether all targets are met */
async function measure(names: readonly string[], options: BenchOptions) {
  const environment = await describeEnvironment()
  const figures: Figure[] = []
  for (const part of names.map(partNamed)) figures.push(...(await part(options)))
  const { rounds, seconds } = options
  const measuredWith = `${environment}; ${rounds} rounds, ${seconds} s for each run of wrk. Each figure of memory is from one process.`
  return {
    markdown: `# Speed and memory\n\n${tableOf(figures)}\n\n${HOW_TO_READ}\n\n${measuredWith}\n`,
    allMet: figures.every((figure) => isMet(figure) !== false),
  }
}

/** @throws RangeError if there is no such part */
function partNamed(name: string) {
  const part = parts[name]
  if (part === undefined) throw new RangeError(`--part must be one of ${Object.keys(parts).join(', ')}`)
  return part
}

// The exit handler stops the programs that are running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const allParts = Object.keys(parts)
const { rounds, seconds, part, write } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    part: { type: 'string', multiple: true, default: allParts },
    write: { type: 'boolean', default: false },
  },
}).values
if (write && part.length < allParts.length) throw new RangeError('--write needs all parts; remove --part')
await runProgram('npm', ['run', 'build'])
const { markdown, allMet } = await measure(part, {
  rounds: parsePositive('rounds', rounds),
  seconds: parsePositive('seconds', seconds),
  print: (text) => process.stdout.write(`${text} …\n`),
})
process.stdout.write(`\n${markdown}`)
if (write) await writeFile(RESULTS, markdown)
process.exitCode = allMet ? 0 : 1
