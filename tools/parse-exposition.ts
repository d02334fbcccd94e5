/** One line of an exposition: name, labels, value. */
export interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/s
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/sy

/**
 * Parses a text exposition strictly, independent of the writer: only `\n` ends a line, labels must be quoted and escaped, and
 * each series may occur only once.
 */
export function parseExposition(text: string): ParsedSample[] {
  const seen = new Set<string>()
  if (!text.endsWith('\n')) throw new Error('the last line has no line end')
  return text
    .slice(0, -1)
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const match = SAMPLE.exec(line)
      if (match === null) throw new Error(`not a sample: ${line}`)
      const labels = parseLabels(match[2] ?? '')
      const series = `${match[1]} ${JSON.stringify(Object.entries(labels).sort())}`
      if (seen.has(series)) throw new Error(`duplicate series: ${line}`)
      seen.add(series)
      return { name: match[1] as string, labels, value: parseNumber(match[3] as string) }
    })
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = Object.create(null)
  let read = 0
  for (LABEL.lastIndex = 0; read < text.length; read = LABEL.lastIndex) {
    const match = LABEL.exec(text)
    if (match === null) throw new Error(`not labels: ${text}`)
    labels[match[1] as string] = (match[2] as string).replace(/\\(.)/gs, (_all, escaped) =>
      escaped === 'n' ? '\n' : escaped,
    )
  }
  return labels
}

function parseNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  const number = Number(text)
  if (Number.isNaN(number) && text !== 'NaN') throw new Error(`not a number: ${text}`)
  return number
}
