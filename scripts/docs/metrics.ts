import { agentFamilies, agentLabels } from '../../src/exposition/agent-families.ts'
import { operationFamilies } from '../../src/exposition/operation-families.ts'
import { table } from './markdown.ts'

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

function meaningOf(help: string): string {
  return help.replace(/\. wolkvox field .*$/, '').replace(/\.$/, '')
}
