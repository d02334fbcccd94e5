import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** What a bench has found. */
export interface BenchReport {
  /** Each promise that was broken; empty is what is wanted. */
  readonly breaches: readonly string[]
  readonly summary: readonly Row[]
}

export type Row = readonly [what: string, figure: string | number]

/** Runs a bench as a program: prints its summary, and exits with 1 where a promise was broken. */
export async function runBench(
  bench: (print: (text: string) => void) => Promise<BenchReport>,
): Promise<void> {
  const print = (text: string) => {
    process.stdout.write(`${text}\n`)
  }
  const { breaches, summary } = await bench(print)
  print(`\n${tableOf(summary)}`)
  process.exitCode = breaches.length === 0 ? 0 : 1
}

/** The figures in two columns. */
function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([what]) => what.length))
  return rows.map(([what, figure]) => `${what.padEnd(width)}  ${figure}`).join('\n')
}

/** A number from the command line. @throws RangeError for anything else, or one that is not above zero */
export function positive(name: string, text: string): number {
  const value = Number(text)
  if (value > 0 && Number.isFinite(value)) return value
  throw new RangeError(`--${name} must be a number above 0, not ${text}`)
}

// The first numbers of neighbouring seeds resemble one another.
const WARM_UP_DRAWS = 64

/** Numbers from 0 to below 1, wholly decided by the seed. */
export function randomNumbers(seed: number): () => number {
  const random = xoroshiro128plus(seed)
  for (let draw = 0; draw < WARM_UP_DRAWS; draw += 1) random.next()
  return () => uniformFloat64(random)
}
