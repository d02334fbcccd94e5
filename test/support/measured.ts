import { readText } from '../../tools/files.ts'

type Column = 'min' | 'median' | 'max'

const [header = [], ...rows] = readText('bench/RESULTS.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()))

/**
 * A figure of `bench/RESULTS.md` with its unit. Of several lines with this name, such as before and after a restart, the largest
 * figure.
 *
 * @param what beginning of the name of the line
 * @throws if there is no such line
 */
export function measured(what: string, agents: string, column: Column, unit = ''): string {
  const cells = rows
    .filter(([, name = '', at]) => name.startsWith(what) && at === agents)
    .map((row) => row[header.indexOf(column)] ?? '')
    .filter((cell) => cell.endsWith(unit))
  const [largest] = cells.sort((one, other) => Number.parseFloat(other) - Number.parseFloat(one))
  if (largest === undefined) throw new Error(`bench/RESULTS.md has no ${what} at ${agents} agents`)
  return largest
}

/** The peak memory of the exporter with this many agents. */
export const peakMemory = (agents: string): string => measured('peak resident memory', agents, 'max')
