import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { agentRowFamilies } from '../../src/reports/agents/families.ts'
import {
  fetchedAtOf,
  getBody,
  getPlainBody,
  ONCE_SECONDS,
  type ReceivedBody,
  settingsFor,
  startMeasuredExporter,
  untilRefreshed,
} from './exporter.ts'
import { makeResponses, startWolkvox } from './fake-wolkvox.ts'
import { startNginx } from './nginx.ts'
import { type Defer, makeFolder, withCleanup } from './setup.ts'

/** The exporter, nginx with the same bytes, and a function that starts an exporter with prom-client. */
export interface Rivals {
  readonly exporter: string
  readonly nginx: string
  /** With a worker for each core. */
  readonly nginxOnAllCores: string
  readonly startPromClient: (defer: Defer) => Promise<string>
}

/** Starts the exporter and its rivals, and checks that they serve the same data. @throws DifferentBytesError */
export async function startRivals(agents: number, defer: Defer): Promise<Rivals> {
  const responses = makeResponses(agents)
  const wolkvox = await startWolkvox(responses, defer)
  const exporter = await startMeasuredExporter(settingsFor(wolkvox, ONCE_SECONDS), makeFolder(defer), defer)
  await untilRefreshed(exporter)
  const body = await getBody(exporter.listening)
  const folder = makeFolder(defer)
  const responseFile = join(folder, 'response.json')
  await writeFile(responseFile, responses[0] ?? '')
  const rivals = {
    exporter: exporter.listening,
    nginx: await startNginx(body, 1, makeFolder(defer), defer),
    nginxOnAllCores: await startNginx(body, 'auto', makeFolder(defer), defer),
    startPromClient: (until: Defer) => startPromClient(responseFile, fetchedAtOf(body.text), until),
  }
  await withCleanup(async (until) => {
    await checkBytes({ ...rivals, body, promClient: await rivals.startPromClient(until) }, agents)
  })
  return rivals
}

const PROGRAM = new URL('prom-client-exporter.ts', import.meta.url).pathname

/**
 * Starts a process that renders each scrape with prom-client.
 *
 * @param responseFile path of wolkvox's response
 * @param fetchedAt milliseconds since 1970
 * @returns its URL
 */
async function startPromClient(responseFile: string, fetchedAt: number, defer: Defer): Promise<string> {
  const child = spawn(process.execPath, [PROGRAM, responseFile, String(fetchedAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'close')
  defer(() => {
    child.kill('SIGKILL')
    return exited
  })
  const listening = once(child.stdout.setEncoding('utf8'), 'data').then(([text]) => String(text).trim())
  const url = await Promise.race([listening, exited.then(() => undefined)])
  if (url === undefined) throw new Error('the exporter with prom-client did not start')
  return url
}

/** The servers send different data, so that a comparison would be meaningless. */
export class DifferentBytesError extends Error {
  override readonly name = 'DifferentBytesError'
}

/** The body of the exporter, and the URLs of all three servers. */
interface Compared {
  readonly body: ReceivedBody
  readonly exporter: string
  readonly nginx: string
  readonly promClient: string
}

/**
 * Checks that all servers send the same data.
 *
 * @param agents number of agents; every family has a sample for each
 * @throws DifferentBytesError
 */
async function checkBytes({ body, exporter, nginx, promClient }: Compared, agents: number): Promise<void> {
  const samples = agentLines(body.text, 'wolkvox_agent_')
  demand(
    samples.length === agentRowFamilies.length * agents,
    `${samples.length} samples for ${agents} agents`,
  )
  const plain = await getPlainBody(exporter)
  demand(
    sameLines(agentLines(plain, ''), agentLines(body.text, '')),
    'the plain and the compressed body differ',
  )
  demand((await getBody(nginx)).gzip.equals(body.gzip), 'nginx sends different bytes')
  const rival = agentLines(await getPlainBody(promClient), 'wolkvox_agent_')
  demand(sameLines(rival.sort(), samples.sort()), 'prom-client sends different samples')
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw new DifferentBytesError(message)
}

const OF_AGENTS = /^(?:# (?:HELP|TYPE) )?wolkvox_agent_/

/** The lines of the agents' families, in order. @param start prefix of the wanted lines */
function agentLines(text: Buffer, start: string): string[] {
  return text
    .toString('latin1')
    .split('\n')
    .filter((line) => line.startsWith(start) && OF_AGENTS.test(line))
}

function sameLines(lines: readonly string[], others: readonly string[]): boolean {
  return lines.length === others.length && lines.every((line, index) => line === others[index])
}
