import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Defer } from '../cleanup.ts'

const PROGRAM = new URL('prom-client-exporter.ts', import.meta.url).pathname

/**
 * Starts the exporter that renders for each scrape, as a process of its own.
 *
 * @param answerFile path of wolkvox's answer
 * @param fetchedAt milliseconds since 1970
 * @returns where it listens
 */
export async function startPromClient(answerFile: string, fetchedAt: number, defer: Defer): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, answerFile, String(fetchedAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'close')
  defer(() => {
    child.kill('SIGKILL')
    return exited
  })
  const said = once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => String(text).trim())
  const url = await Promise.race([said, exited.then(() => undefined)])
  if (url === undefined) throw new Error('the exporter with prom-client did not start')
  return url
}
