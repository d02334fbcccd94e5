import { agentFamilies, agentLabels } from '../../src/exposition/agent-families.ts'
import { operationFamilies } from '../../src/exposition/operation-families.ts'
import { code, table } from './markdown.ts'

/** The metrics of agents and operations, from the tables that the exporter itself uses. */
export function metricTables(): string {
  const agents = agentFamilies.map(({ name, field, help }) => [code(name), code(field), meaningOf(help)])
  const operations = operationFamilies.map(({ name, type, label, help }) => [
    code(name),
    type,
    ['operation', ...(label === undefined ? [] : [label])].map(code).join(', '),
    meaningOf(help),
  ])
  return [
    `**Agents**: gauges with the labels ${agentLabels.map(code).join(', ')}. \`wolkvox_agent_state\` also has \`state\` and \`category\`.`,
    table(['metric', 'wolkvox field', 'meaning'], agents),
    '**Operations**:',
    table(['metric', 'type', 'labels', 'meaning'], operations),
  ].join('\n\n')
}

function meaningOf(help: string): string {
  return help.replace(/\. wolkvox field .*$/, '').replace(/\.$/, '')
}
