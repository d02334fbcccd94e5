import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** The result of a bench. */
export interface BenchReport {
  /** Every requirement that was not met. */
  readonly violations: readonly string[]
  readonly summary: readonly Row[]
}

export type Row = readonly [what: string, figure: string | number]

/** Runs a bench as a program: prints its summary, and exits with 1 if there are violations. */
export async function runBench(
  bench: (print: (text: string) => void) => Promise<BenchReport>,
): Promise<void> {
  const print = (text: string) => {
    process.stdout.write(`${text}\n`)
  }
  const { violations, summary } = await bench(print)
  print(`\n${tableOf(summary)}`)
  process.exitCode = violations.length === 0 ? 0 : 1
}

/** The figures in two columns. */
function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([what]) => what.length))
  return rows.map(([what, figure]) => `${what.padEnd(width)}  ${figure}`).join('\n')
}

/** Parses a number of the command line. @throws RangeError if the text is not a number above 0 */
export function parsePositive(name: string, text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new RangeError(`--${name} must be a number above 0, not ${text}`)
}

// The first numbers of similar seeds are similar.
const WARM_UP_DRAWS = 64

/** A generator of numbers from 0 to below 1. The same seed gives the same numbers. */
export function randomNumbers(seed: number): () => number {
  const random = xoroshiro128plus(seed)
  for (let draw = 0; draw < WARM_UP_DRAWS; draw += 1) random.next()
  return () => uniformFloat64(random)
}
