import { uidOf } from './uids.ts'

/** Where a row of a table leads: to its agent, at the same time and from the same Prometheus. */
export const agentPath = (language: string): string =>
  `/d/${uidOf('agent', language)}?\${datasource:queryparam}&\${__url_time_range}` +
  `&var-operation=\${__data.fields.operation:percentencode}&var-agent=\${__data.fields.agent_id:percentencode}`
