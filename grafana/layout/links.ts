/** The dashboards, by the name of their file. */
export const names = ['operation', 'queues', 'agent', 'exporter'] as const

export type Name = (typeof names)[number]

/** Grafana's uid of a dashboard. Each language has its own, so one Grafana can have both. */
export const uidOf = (name: Name, language: string): string => `wolkvox-${name}-${language}`

/** Link from a row of a table to the day of its agent, with the same time range and data source. */
export const agentPath = (language: string): string => rowPath('agent', language, 'agent_id')

/** Link from a row of a table to the queue of its skill. */
export const skillPath = (language: string): string => rowPath('queues', language, 'skill_id')

const rowPath = (name: 'agent' | 'queues', language: string, id: string) =>
  `/d/${uidOf(name, language)}?\${datasource:queryparam}&\${__url_time_range}` +
  `&var-operation=\${__data.fields.operation:percentencode}&var-${id.replace('_id', '')}=\${__data.fields.${id}:percentencode}`
