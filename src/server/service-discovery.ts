import { isIPv6 } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** An operation to scrape. */
export interface DiscoveredOperation {
  readonly name: string
  /** wolkvox's server code. */
  readonly server: string
}

/** What of the server Prometheus has to know in addition to its address. */
export interface ScrapeSettings {
  readonly telemetryPath: string
  /** Whether this server speaks TLS. A reverse proxy in front of it can too, which only the scrape configuration knows. */
  readonly usesTls: boolean
}

/** As Prometheus reads it. */
interface TargetGroup {
  readonly targets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

// Prometheus takes the path and the scheme from its scrape configuration, unless these labels exist.
const DEFAULT_PATH = '/metrics'

/**
 * `GET /sd`: HTTP service discovery of Prometheus, with one target group for each operation of this process. The target is the
 * host that the request names: a client that reaches the exporter there can scrape it there.
 *
 * @param operations the current ones
 * @see https://prometheus.io/docs/prometheus/latest/http_sd/
 */
export function addServiceDiscovery(
  app: FastifyInstance,
  operations: () => readonly DiscoveredOperation[],
  { telemetryPath, usesTls }: ScrapeSettings,
): void {
  const common = {
    ...(telemetryPath !== DEFAULT_PATH && { __metrics_path__: telemetryPath }),
    ...(usesTls && { __scheme__: 'https' }),
  }

  app.get('/sd', (request, reply) => {
    const { host = '' } = request.headers
    if (!isTarget(host)) return reply.code(400).type('text/plain').send(WRONG_HOST)
    const groups = operations().map(
      ({ name, server }): TargetGroup => ({
        targets: [host],
        labels: {
          __param_operation: name,
          __meta_wolkvox_operation: name,
          __meta_wolkvox_server: server,
          ...common,
        },
      }),
    )
    return reply.type('application/json').header('cache-control', 'no-store').send(JSON.stringify(groups))
  })
}

const WRONG_HOST =
  'The Host header must be the name or the address of the exporter, with or without a port.\n'

// Longer names and labels do not exist (RFC 1035, section 2.3.4). Names of containers can contain underscores.
const MAX_HOST_LENGTH = 253
const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?'
const NAME_OR_IPV4 = new RegExp(String.raw`^${LABEL}(?:\.${LABEL})*\.?$`, 'i')
// Without the zone, which `isIPv6` accepts: it means something only on the machine of the client.
const IPV6 = /^\[([0-9a-f:.]+)\]$/i
const PORT = /^[1-9]\d{0,4}$/
const HOST_AND_PORT = /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>.*))?$/s

/** Whether a text is `host` or `host:port`. Anything else is not repeated: a client chooses this header. */
function isTarget(text: string): boolean {
  const { host = '', port } = HOST_AND_PORT.exec(text)?.groups ?? {}
  if (host.length > MAX_HOST_LENGTH) return false
  if (!NAME_OR_IPV4.test(host) && !isIPv6(IPV6.exec(host)?.[1] ?? '')) return false
  return port === undefined || (PORT.test(port) && Number(port) <= 65_535)
}
