import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { positive } from './run-bench.ts'
import { type Figure, isMet } from './speed/figure.ts'
import { measureMemory } from './speed/memory.ts'
import type { BenchOptions } from './speed/options.ts'
import { measureRefresh } from './speed/refresh/refresh-time.ts'
import { runProgram } from './speed/run-program.ts'
import { measureScrapes } from './speed/scrapes.ts'
import { measureStalls } from './speed/stalls/stalls.ts'
import { measureStart } from './speed/start.ts'
import { tableOf } from './speed/table.ts'
import { describeSurroundings } from './speed/versions.ts'

const RESULTS = new URL('RESULTS.md', import.meta.url)

/** Each measures something of its own; all together make the table. */
const parts: Readonly<Record<string, (options: BenchOptions) => Promise<Figure[]>>> = {
  scrapes: measureScrapes,
  stalls: measureStalls,
  refresh: measureRefresh,
  memory: measureMemory,
  start: measureStart,
}

const HOW_TO_READ = `Lines with a target are judged: throughput and times by their median, stalls and memory by their maximum. Lines without a target
show the values behind the judged line above them. The two runs of a ratio follow each other directly, so that the ratio is
meaningful on a busy machine too. A stall has no such reference; compare it with the idle process. nginx runs with its defaults,
which include one worker; the exporter serves from one thread. The exporter runs as in its image and its systemd unit, with
\`MALLOC_ARENA_MAX=1\`. \`npm run bench -- --write\` writes this file.`

/** Measures, and says what came out as a page in Markdown. */
async function measure(names: readonly string[], options: BenchOptions) {
  const surroundings = await describeSurroundings()
  const figures: Figure[] = []
  for (const part of names.map(partNamed)) figures.push(...(await part(options)))
  const { rounds, seconds } = options
  const measuredWith = `${surroundings}; ${rounds} rounds, ${seconds} s of load each where something is loaded. Each figure of memory is of one process.`
  return {
    page: `# Speed and memory\n\n${tableOf(figures)}\n\n${HOW_TO_READ}\n\n${measuredWith}\n`,
    allMet: figures.every((figure) => isMet(figure) !== false),
  }
}

/** @throws RangeError for a name that is none */
function partNamed(name: string) {
  const part = parts[name]
  if (part === undefined) throw new RangeError(`--part must be one of ${Object.keys(parts).join(', ')}`)
  return part
}

// What runs meanwhile is ended on the way out.
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
if (write && part.length < allParts.length)
  throw new RangeError('--write takes all parts: the page is written whole')
await runProgram('npm', ['run', 'build'])
const { page, allMet } = await measure(part, {
  rounds: positive('rounds', rounds),
  seconds: positive('seconds', seconds),
  print: (text) => process.stdout.write(`${text} …\n`),
})
process.stdout.write(`\n${page}`)
if (write) await writeFile(RESULTS, page)
process.exitCode = allMet ? 0 : 1
