/**
 * Prints the notifications of Alertmanager, one line for each alert. alertmanager.yml uses it until you name another receiver.
 * Arguments: the port, and optionally the address of Grafana for the link at the end of the line.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'

const [port, grafana] = process.argv.slice(2)

interface Notification {
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // The health check of the container is a GET.
  const { alerts } = request.method === 'POST' ? ((await json(request)) as Notification) : { alerts: [] }
  for (const { status, labels, annotations } of alerts) {
    const { description = '', dashboard_url: path } = annotations
    const link = grafana !== undefined && path !== undefined ? ` ${grafana}${path}` : ''
    const text = status === 'resolved' ? resolvedText(labels) : description
    process.stdout.write(`${onOneLine(`${status} ${labels.alertname}: ${text}${link}`)}\n`)
  }
  response.end()
}

/** Names the alert by its labels: its annotations are those of the last time it fired, in the present tense. */
function resolvedText({
  alertname,
  severity,
  job,
  category,
  ...labels
}: Readonly<Record<string, string>>): string {
  return ['no longer firing', ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)].join(', ')
}

/** Names of agents may contain anything, such as line feeds and terminal control sequences. */
const onOneLine = (text: string) => text.replace(/\p{C}+/gu, ' ')

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => {
    process.stderr.write(`invalid notification: ${error}\n`)
    response.writeHead(400).end()
  })
})

server.listen(Number(port), '127.0.0.1')
// Process 1 of a container has no default action for signals.
process.once('SIGTERM', () => process.exit(0))
// The reader of standard output has exited, for example `head`.
process.stdout.on('error', () => process.exit(0))
