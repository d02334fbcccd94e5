import { pino } from 'pino'
import { type AppParts, createApp } from '../../src/server/app.ts'
import { aBody } from '../support/exposition-texts.ts'

export const aStatus = {
  version: '1.2.3',
  telemetryPath: '/metrics',
  reports: [
    {
      operation: 'ventas',
      report: 'agents',
      status: 'ok',
      data: '200 records, 12 s old',
      nextRefresh: 'in 288 s',
    },
  ],
}

/** The application with a small body of metrics, and the lines that it logs. */
export function makeApp(parts: Partial<AppParts> = {}) {
  const logged: string[] = []
  const app = createApp({
    telemetryPath: '/metrics',
    renderMetrics: async (format) => aBody(`# rendered as ${format}\n`),
    isReady: () => true,
    statusPage: () => aStatus,
    log: pino({}, { write: (line) => logged.push(line) }),
    ...parts,
  })
  return { app, logged }
}
