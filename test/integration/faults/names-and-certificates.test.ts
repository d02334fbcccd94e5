import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anEnvelope } from '../../../tools/fixtures.ts'
import { aCertificate } from '../../support/certificates.ts'
import { answerWith } from '../../support/loopback-server.ts'
import { startExporterProcess } from './exporters.ts'
import { type FaultSwitch, runScenario } from './fault-scenario.ts'
import { usePairs } from './pairs.ts'
import { expectFailedAndRecovered, recordFigures } from './run-faults.ts'
import { type Certificate, type ServerFault, startWolkvox } from './wolkvox.ts'

const LOOKUP = new URL('./lookup.ts', import.meta.url).href

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wolkvox-faults-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** @param daysLeft negative if it has expired */
function certificateOf(host: '127.0.0.1' | '127.0.0.2', daysLeft = 1): Promise<Certificate> {
  return aCertificate({ name: host, daysLeft, altNames: [{ type: 7, ip: host }] })
}

const good: RequestListener = (request, response) => answerWith(anEnvelope([]))(request, response)

const speakTls = (certificate: Certificate): ServerFault => {
  const server = createTlsServer(certificate, good)
  return { connection: (socket) => server.emit('connection', socket) }
}

function speakPlainHttp(): ServerFault {
  const server = createServer(good)
  return { connection: (socket) => server.emit('connection', socket) }
}

describe('when the connection is not secure', () => {
  let expired: Certificate
  let ofAnother: Certificate

  const withPair = usePairs(async () => {
    const trusted = await certificateOf('127.0.0.1')
    const authorities = join(folder, `authorities-${randomUUID()}.pem`)
    await writeFile(authorities, [trusted, expired, ofAnother].map(({ cert }) => cert).join('\n'))
    const wolkvox = await startWolkvox(trusted)
    const exporter = await startExporterProcess(wolkvox.url, { NODE_EXTRA_CA_CERTS: authorities })
    return { wolkvox, exporter }
  }, 2)

  beforeAll(async () => {
    expired = await certificateOf('127.0.0.1', -1)
    ofAnother = await certificateOf('127.0.0.2')
  })

  it.concurrent.for<readonly [string, () => Promise<ServerFault> | ServerFault]>([
    ['the certificate is not trusted', async () => speakTls(await certificateOf('127.0.0.1'))],
    ['the certificate has expired', () => speakTls(expired)],
    ['the certificate is of another host', () => speakTls(ofAnother)],
    ['the server does not use TLS', speakPlainHttp],
  ])('%s: tls', ([_what, startFault], { task }) =>
    withPair(async ({ exporter, wolkvox }) => {
      const result = await runScenario(exporter, wolkvox, await startFault())
      recordFigures(task, 'tls', result)
      expectFailedAndRecovered(result, 'tls')
    }),
  )
})

describe('when the name is not found', () => {
  it('the name is not found: connect', async ({ task, onTestFinished }) => {
    const missing = join(folder, 'missing')
    const wolkvox = await startWolkvox()
    const { port } = new URL(wolkvox.url)
    const exporter = await startExporterProcess(`http://wolkvox.test:${port}`, {
      NODE_OPTIONS: `--import=${LOOKUP}`,
      NAME_IS_MISSING: missing,
    })
    onTestFinished(async () => {
      await exporter.stop()
      await wolkvox.close()
    })
    const nameServer: FaultSwitch = {
      startFault: () => writeFile(missing, ''),
      endFault: async (records) => {
        await wolkvox.endFault(records)
        await rm(missing)
      },
      records: wolkvox.records,
    }
    const result = await runScenario(exporter, nameServer, 'refuses')
    recordFigures(task, 'connect', result)
    expectFailedAndRecovered(result, 'connect')
    expect(wolkvox.connections()).toBeGreaterThan(1)
  })
})
