import { type Figure, isMet, spreadOf, type Unit } from './figure.ts'

const HEADER = ['what', 'agents', 'target', 'min', 'median', 'max', 'met']

const DECIMALS: Readonly<Record<Unit, number>> = { '×': 2, ms: 1, s: 2, MB: 0, '/s': 1 }

/** The figures as a table in Markdown that can be read as it is. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEADER, ...figures.map(cellsOf)]
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const [header = '', ...others] = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [header, rule, ...others].join('\n')
}

function cellsOf(figure: Figure): string[] {
  const { what, at, unit, values, target } = figure
  const { min, median, max } = spreadOf(values)
  const show = (value: number) => `${value.toFixed(DECIMALS[unit])} ${unit}`
  const bound = target === undefined ? '' : `${target.of} ${target.bound} ${target.value} ${unit}`
  return [
    what,
    at,
    bound,
    show(min),
    show(median),
    show(max),
    { true: 'yes', false: 'NO', undefined: '' }[`${isMet(figure)}`],
  ]
}
