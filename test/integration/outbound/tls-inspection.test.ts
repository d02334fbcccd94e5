import { writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { anEnvelope, aRecord } from '../../../tools/fixtures.ts'
import { type Authority, anAuthority } from '../../support/certificates.ts'
import { answerWith, listenOnLoopback } from '../../support/loopback-server.ts'
import { startProcess } from '../../support/programs/exporter-process.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { startSquid } from './proxies.ts'

const FLAGS = ['serve', '--web.listen-address=127.0.0.1:0', '--storage.path=']

let own: Authority
let inspecting: Authority
beforeAll(async () => {
  own = await anAuthority()
  inspecting = await anAuthority()
})

/** Squid repeats the names of a certificate, but not its addresses. */
async function startTarget(): Promise<string> {
  const server = createServer(own.server, answerWith(anEnvelope([aRecord()])))
  return (await listenOnLoopback(server, 'https')).replace('127.0.0.1', 'localhost')
}

function writePem(name: string, text: string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, text)
  return path
}

/** Starts the exporter behind a squid that replaces certificates with those of a private CA. */
async function startBehindInspection(environment: Record<string, string>) {
  const { cert, key } = inspecting.authority
  const intercepts = {
    cert: writePem('ca.pem', cert),
    key: writePem('ca.key', key),
    trusted: writePem('trusted.pem', own.authority.cert),
  }
  const proxy = await startSquid({ intercepts })
  return startProcess(FLAGS, {
    WOLKVOX_SERVER: '0042',
    WOLKVOX_TOKEN: 'test-token-1',
    WOLKVOX_BASE_URL: await startTarget(),
    HTTPS_PROXY: `http://${proxy}`,
    ...environment,
  })
}

describe.skipIf(!haveTools('squid', 'openssl'))('a proxy that inspects TLS', () => {
  it('fails with tls, and the log names WOLKVOX_CA_FILE', async () => {
    const exporter = await startBehindInspection({})
    const line = await exporter.logged({ msg: 'refresh failed' })
    expect(line).toMatchObject({ reason: 'tls' })
    expect(line.problem).toMatch(
      /^the issuer of the certificate is not trusted \(\w+\); if it is your company's CA, set WOLKVOX_CA_FILE \(ca_file in a file\) to its PEM file$/,
    )
  })

  it('is trusted with its CA in WOLKVOX_CA_FILE', async () => {
    const file = writePem('company-ca.pem', inspecting.authority.cert)
    const exporter = await startBehindInspection({ WOLKVOX_CA_FILE: file })
    expect(await exporter.logged({ msg: 'refreshed' })).toMatchObject({ records: 1 })
  })

  it('is trusted next to the CAs of Node', async () => {
    const file = writePem('company-ca.pem', inspecting.authority.cert)
    const exporter = startProcess(FLAGS, {
      WOLKVOX_SERVER: '0042',
      WOLKVOX_TOKEN: 'test-token-1',
      WOLKVOX_BASE_URL: await startTarget(),
      WOLKVOX_CA_FILE: file,
      NODE_EXTRA_CA_CERTS: writePem('extra.pem', own.authority.cert),
    })
    expect(await exporter.logged({ msg: 'refreshed' })).toMatchObject({ records: 1 })
  })
})
