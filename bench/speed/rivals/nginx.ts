import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getMetrics } from '../../serve-process.ts'
import type { Defer } from '../cleanup.ts'
import { freePort } from './free-port.ts'

// A connection for each of so many scrapes would be no fair comparison.
const KEPT_ALIVE = 1_000_000_000

/** One, as nginx has it by itself and as the exporter has one serving thread, or one for each core. */
export type Workers = 1 | 'auto'

/** Else nginx's own defaults. */
const configuration = (folder: string, port: string, workers: Workers) => `
worker_processes ${workers};
pid ${folder}/nginx.pid;
error_log stderr error;
events {}
http {
  access_log off;
  keepalive_requests ${KEPT_ALIVE};
  default_type text/plain;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    gzip_static on;
  }
}
`

const START_MS = 5000
const LOOK_EVERY_MS = 20

/**
 * Starts nginx with the page as a file and its compressed form beside it.
 *
 * @param folder empty, and readable by all
 * @returns where it listens
 */
export async function startNginx(
  { text, gzip }: { readonly text: Buffer; readonly gzip: Buffer },
  workers: Workers,
  folder: string,
  defer: Defer,
): Promise<string> {
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  await Promise.all([
    writeFile(file, configuration(folder, port, workers)),
    writeFile(join(folder, 'metrics'), text),
    writeFile(join(folder, 'metrics.gz'), gzip),
  ])
  const nginx = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(nginx, 'close')
  defer(() => {
    // Not kill -9, or its workers would stay behind.
    nginx.kill('SIGTERM')
    return exited
  })
  const url = `http://127.0.0.1:${port}`
  const giveUpAt = performance.now() + START_MS
  for (;;) {
    try {
      await getMetrics(url, { headers: { 'accept-encoding': 'gzip' } })
      return url
    } catch (error) {
      if (performance.now() > giveUpAt) throw new Error('nginx did not start', { cause: error })
      await sleep(LOOK_EVERY_MS)
    }
  }
}
