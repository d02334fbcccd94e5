import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Simulator, simulatorDefaults } from '../../../src/simulator/simulator.ts'
import { aCertificate, writePair } from '../../support/certificates.ts'
import { hashOf } from '../../support/passwords.ts'
import { startProcess } from '../../support/programs/exporter-process.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const USER = 'scraper'
const PASSWORD = 'test-password'

// Costly, as for a real password: the attackers make the exporter verify it.
const BCRYPT_COST = 10

const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`

/** Starts the exporter under attack as a process, and waits for its first data. With `https` it wants a password too. */
export async function startTarget(scheme: 'http' | 'https', { url: baseUrl }: Simulator) {
  const program = startProcess(
    [
      ...['serve', '--web.listen-address=127.0.0.1:0', '--storage.path=', '--log.format=json'],
      ...(scheme === 'https' ? [`--web.config.file=${await writeWebConfig()}`] : []),
    ],
    {
      MALLOC_ARENA_MAX: '1',
      MALLOC_MMAP_THRESHOLD_: '131072',
      WOLKVOX_SERVER: simulatorDefaults.server,
      WOLKVOX_TOKEN: simulatorDefaults.token,
      WOLKVOX_BASE_URL: baseUrl,
      WOLKVOX_REFRESH_INTERVAL: '5s',
    },
  )
  const url = await program.url()
  await program.logged({ msg: 'refreshed' })
  return {
    url,
    pid: program.pid,
    headers: scheme === 'https' ? { authorization } : {},
    isRunning: program.isRunning,
    output: () => program.output.stderr,
    errors: () => program.log().filter(({ level }) => level === 'error' || level === 'fatal'),
  }
}

async function writeWebConfig(): Promise<string> {
  const folder = temporaryFolder()
  writePair(folder, 'server', await aCertificate())
  const path = join(folder, 'web.yml')
  const tls = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n'
  writeFileSync(path, `${tls}basic_auth_users:\n  ${USER}: ${await hashOf(PASSWORD, BCRYPT_COST)}\n`)
  return path
}
