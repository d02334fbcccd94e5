import { pino } from 'pino'
import { type AppParts, createApp } from '../../src/server/app.ts'
import type { RenderedPage } from '../../src/status-page/page.ts'
import { aBody } from '../support/exposition-texts.ts'

export const aPage: RenderedPage = {
  html: '<!doctype html><title>the page</title>',
  contentSecurityPolicy: "default-src 'none'",
}

/** The application with a small body of metrics, and the lines that it logs. */
export function makeApp(parts: Partial<AppParts> = {}) {
  const logged: string[] = []
  const app = createApp({
    telemetryPath: '/metrics',
    renderMetrics: async (format) => aBody(`# rendered as ${format}\n`),
    isReady: () => true,
    statusPage: async () => aPage,
    operations: () => [],
    log: pino({}, { write: (line) => logged.push(line) }),
    ...parts,
  })
  return { app, logged }
}
