import { aRecord } from '../../tools/fixtures.ts'

/**
 * Names that are difficult for writers and readers of expositions. Every reader can display them: a browser displays a carriage
 * return as a line feed, and drops NUL.
 */
export const hostileNames = [
  'a "quoted" name',
  '"',
  'back\\slash',
  '\\',
  '\\n is no line break',
  'ends in \\',
  'two\nlines',
  '\\\n"',
  'Ñandú Águila, pingüino',
  'n\u0303 in two parts',
  '🧑‍💻 🇨🇴',
  '日本語 العربية',
  'tab\tand\u00a0no-break\u2028space',
  'a="b",c="d"',
  '"} 1\nx{y="',
  '# HELP wolkvox_agent_calls x',
  '# EOF',
  '{}',
  '<b>&amp;</b> &lt;',
  '__proto__',
  'NaN',
  'x'.repeat(5000),
] as const

/** Records of agents with hostile names and states. */
export function hostileRecords(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => {
    const name = hostileNames[index % hostileNames.length] ?? ''
    return aRecord({
      agent_id: String(1000 + index),
      agent_name: name,
      agent_status: name,
      calls: String(index),
    })
  })
}
