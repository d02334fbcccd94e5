import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { aCertificate, writePair } from '../../support/certificates.ts'
import { ENDED_WELL, startProcess } from '../../support/programs/exporter-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const HANG = new URL('./hang-stat.mjs', import.meta.url).href

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    }).on('error', reject)
  })
}

it('a hung disk under the certificate blocks neither scrapes nor the shutdown', {
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder()
  writePair(folder, 'server', await aCertificate())
  writeFileSync(
    join(folder, 'web.yml'),
    'tls_server_config: { cert_file: server.crt, key_file: server.key }\n',
  )
  const [pipe, when] = [join(folder, 'pipe'), join(folder, 'when')]
  execFileSync('mkfifo', [pipe])
  const demo = startProcess(
    ['demo', '--web.listen-address=127.0.0.1:0', `--web.config.file=${folder}/web.yml`],
    { NODE_OPTIONS: `--import=${HANG}`, HANGING_PIPE: pipe, HANG_WHEN: when },
  )
  const url = await demo.url()
  writeFileSync(when, '')
  await vi.waitFor(() => expect(existsSync(`${when}.hangs`)).toBe(true), { timeout: 15_000 })
  // Two more polls would follow by now.
  await sleep(7000)
  expect(await statusOf(`${url}/metrics`)).toBe(200)
  expect(await statusOf(`${url}/-/healthy`)).toBe(200)
  expect(readFileSync(`${when}.hangs`, 'utf8')).toBe('x')
  expect(await demo.endBy('SIGTERM')).toEqual(ENDED_WELL)
})
