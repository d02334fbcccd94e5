/**
 * Prints what Alertmanager would tell somebody, a line for each alert, until a receiver is named in alertmanager.yml.
 * Takes the port as its argument.
 */
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

interface Notification {
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

const server = createServer(async (request, response) => {
  // Anything but a notification is the container's health check.
  const { alerts } = request.method === 'POST' ? ((await json(request)) as Notification) : { alerts: [] }
  for (const { status, labels, annotations } of alerts) {
    process.stdout.write(`${status} ${labels.alertname}: ${annotations.description ?? ''}\n`)
  }
  response.end()
})

server.listen(Number(process.argv[2]), '127.0.0.1')
// As process 1 of a container it would not be ended by a signal otherwise.
process.once('SIGTERM', () => process.exit(0))
