import { htmlEscape } from 'escape-goat'
import type { FastifyInstance } from 'fastify'

/** What the status page shows. */
export interface Status {
  readonly version: string
  readonly telemetryPath: string
  readonly reports: readonly {
    readonly operation: string
    readonly report: string
    /** Text, e.g. `ok, took 0.42 s`. */
    readonly status: string
    /** Text, e.g. `200 records, 12s old`. */
    readonly data: string
    readonly nextRefresh: string
  }[]
}

export type StatusPage = () => Status

/** `GET /`: the state of each report, with links. */
export function addStatusPage(app: FastifyInstance, statusPage: StatusPage): void {
  app.get('/', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(writePage(statusPage())),
  )
}

function writePage({ version, telemetryPath, reports }: Status): string {
  const rows = reports.map(
    ({ operation, report, status, data, nextRefresh }) =>
      htmlEscape`<tr><td>${operation}</td><td>${report}</td><td>${status}</td><td>${data}</td><td>${nextRefresh}</td></tr>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>wolkvox exporter</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0 }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #d8dee4; vertical-align: top }
a { color: #0b57d0 }
</style>
</head>
<body>
<h1>wolkvox exporter</h1>
<p>${htmlEscape`Version ${version}. Metrics of a wolkvox contact centre for Prometheus, fetched in the background.`}</p>
<table>
<thead><tr><th>Operation</th><th>Report</th><th>Last refresh</th><th>Data</th><th>Next refresh</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<ul>
<li><a href="${htmlEscape(telemetryPath)}">Metrics</a></li>
<li><a href="/-/healthy">Healthy</a></li>
<li><a href="/-/ready">Ready</a></li>
</ul>
</body>
</html>
`
}
