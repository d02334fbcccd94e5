import type { RequestListener } from 'node:http'
import { anEnvelope } from '../../tools/fixtures.ts'
import { serveHttp } from './loopback-server.ts'

/** Starts a server that answers each report with these data, by the name of the report. @returns its URL */
export async function serveReports(dataOf: Readonly<Record<string, unknown>>): Promise<string> {
  const handle: RequestListener = (request, response) => {
    const report = new URL(request.url ?? '', 'http://loopback').searchParams.get('api') ?? ''
    response.writeHead(200, { 'content-type': 'application/json' }).end(anEnvelope(dataOf[report] ?? []))
  }
  return serveHttp(handle)
}
