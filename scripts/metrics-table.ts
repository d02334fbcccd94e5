import { readFileSync, writeFileSync } from 'node:fs'
import { agentFamilies, agentLabels } from '../src/exposition/agent-families.ts'
import { operationFamilies } from '../src/exposition/operation-families.ts'

const README = new URL('../README.md', import.meta.url)
const BEGIN = '<!-- metrics: made by npm run docs -->'
const END = '<!-- /metrics -->'

/** The README's list of metrics, from the tables that the exporter itself reads. */
export function metricsTables(): string {
  const agents = agentFamilies.map(({ name, field, help }) => [
    `\`${name}\``,
    `\`${field}\``,
    meaningOf(help),
  ])
  const operations = operationFamilies.map(({ name, type, label, help }) => [
    `\`${name}\``,
    type,
    ['operation', ...(label === undefined ? [] : [label])].map((text) => `\`${text}\``).join(', '),
    meaningOf(help),
  ])
  return [
    `**An agent**, gauges with the labels ${agentLabels.map((label) => `\`${label}\``).join(', ')} (and \`state\`, \`category\` on \`wolkvox_agent_state\`), as old as the last refresh:`,
    table(['metric', 'wolkvox field', 'meaning'], agents),
    '**An operation**:',
    table(['metric', 'type', 'labels', 'meaning'], operations),
  ].join('\n\n')
}

/** The README with its list of metrics made anew. */
export function withMetricsTables(readme: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`the README lacks its marks ${BEGIN} and ${END}`)
  return `${readme.slice(0, begin + BEGIN.length)}\n${metricsTables()}\n${readme.slice(end)}`
}

function meaningOf(help: string): string {
  return help.replace(/\. wolkvox field .*$/, '').replace(/\.$/, '')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

if (import.meta.main) writeFileSync(README, withMetricsTables(readFileSync(README, 'utf8')))
