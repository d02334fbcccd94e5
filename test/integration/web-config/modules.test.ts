import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadedModules, MODULE_RECORDER } from '../../../bench/speed/start.ts'
import { eventually } from '../../../tools/eventually.ts'
import { ROOT } from '../../../tools/files.ts'
import { aCertificate, writePair } from '../../support/certificates.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** The modules that a demo has loaded when it listens, as URLs. */
async function modulesWith(...flags: readonly string[]): Promise<readonly string[]> {
  const child = fork(
    `${ROOT}src/main.ts`,
    ['demo', '--web.listen-address=127.0.0.1:0', '--log.format=json', ...flags],
    {
      execArgv: ['--import', MODULE_RECORDER],
      cwd: temporaryFolder(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  await eventually('listening demo', () => (log.includes('"listening"') ? true : undefined))
  return loadedModules(child)
}

const OF_WEB_CONFIG = /\/src\/server\/web-config\/|\/node_modules\/(?:yaml|bcryptjs)\//

it('without --web.config.file, none of its modules is loaded', async () => {
  const modules = await modulesWith()
  expect(modules.length).toBeGreaterThan(50)
  expect(modules.filter((url) => OF_WEB_CONFIG.test(url))).toEqual([])
})

it('with --web.config.file, they are', async () => {
  const folder = temporaryFolder()
  writePair(folder, 'server', await aCertificate())
  writeFileSync(
    join(folder, 'web.yml'),
    'tls_server_config: { cert_file: server.crt, key_file: server.key }\n',
  )
  const modules = await modulesWith(`--web.config.file=${folder}/web.yml`)
  expect(modules.some((url) => url.endsWith('/src/server/web-config/web-access.ts'))).toBe(true)
  expect(modules.some((url) => url.includes('/node_modules/yaml/'))).toBe(true)
  // bcrypt has a thread of its own, which the first password starts.
  expect(modules.some((url) => url.includes('/node_modules/bcryptjs/'))).toBe(false)
})
