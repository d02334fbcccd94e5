import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../tools/free-port.ts'
import { getMetrics, type ScrapeOptions } from '../serve-process.ts'
import type { Defer } from './setup.ts'

// By default, nginx closes a connection after 1000 requests, which would be unfair.
const KEEPALIVE_REQUESTS = 1_000_000_000

/** One: nginx's default, and like the one serving thread of the exporter. Or one for each core. */
export type Workers = 1 | 'auto'

/** Everything else has nginx's defaults. */
const configuration = (folder: string, port: string, workers: Workers, tls: string | undefined) => `
worker_processes ${workers};
pid ${folder}/nginx.pid;
error_log stderr error;
events {}
http {
  access_log off;
  keepalive_requests ${KEEPALIVE_REQUESTS};
  default_type text/plain;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port}${tls === undefined ? '' : ' ssl'};
    root ${folder};
    gzip_static on;${tls ?? ''}
  }
}
`

/** TLS and authentication. */
export interface NginxOptions {
  /** Directives of the server. */
  readonly tls?: string
  /** How to request `/metrics`. */
  readonly scrape?: ScrapeOptions
}

const START_MS = 5000
const POLL_MS = 20

/**
 * Starts nginx with the body as a file, plain and compressed.
 *
 * @param folder an empty folder that all users can read
 * @returns where it listens
 */
export async function startNginx(
  { text, gzip }: { readonly text: Buffer; readonly gzip: Buffer },
  workers: Workers,
  folder: string,
  defer: Defer,
  { tls, scrape = {} }: NginxOptions = {},
): Promise<string> {
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  await Promise.all([
    writeFile(file, configuration(folder, String(port), workers, tls)),
    writeFile(join(folder, 'metrics'), text),
    writeFile(join(folder, 'metrics.gz'), gzip),
  ])
  const nginx = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(nginx, 'close')
  defer(() => {
    // SIGKILL would leave its workers running.
    nginx.kill('SIGTERM')
    return exited
  })
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  const deadline = performance.now() + START_MS
  for (;;) {
    try {
      await getMetrics(url, { ...scrape, headers: { ...scrape.headers, 'accept-encoding': 'gzip' } })
      return url
    } catch (error) {
      if (performance.now() > deadline) throw new Error('nginx did not start', { cause: error })
      await sleep(POLL_MS)
    }
  }
}
