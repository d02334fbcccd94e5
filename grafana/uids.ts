/** The dashboards, by the name of their file. */
export const names = ['operation', 'agent', 'exporter'] as const

export type Name = (typeof names)[number]

/** What a dashboard is known by to Grafana; with each language of its own both can be there. */
export const uidOf = (name: Name, language: string): string => `wolkvox-${name}-${language}`

/** Where a row of a table leads: to its agent, at the same time and from the same Prometheus. */
export const agentPath = (language: string): string =>
  `/d/${uidOf('agent', language)}?\${datasource:queryparam}&\${__url_time_range}` +
  `&var-operation=\${__data.fields.operation}&var-agent=\${__data.fields.agent_id}`
