import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readText } from '../../tools/files.ts'
import { runCommand } from '../cli/command-context.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { envFileReaders } from './env-files.ts'

const SHARED = 'deploy/wolkvox.yml'
const KUBERNETES = 'deploy/kubernetes/example-several/wolkvox.yml'

/** Where Kubernetes mounts the tokens. Elsewhere they are next to the file. */
const MOUNT = '/run/secrets/wolkvox/'

/** Checks a copy of the file next to its tokens. */
function checkCopyOf(path: string, environment: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'tokens'))
  for (const { name } of operationsIn(path)) writeFileSync(join(folder, 'tokens', name), `token-of-${name}\n`)
  const file = join(folder, 'wolkvox.yml')
  writeFileSync(file, readText(path).replaceAll(MOUNT, 'tokens/'))
  return runCommand(
    ['check-config', `--config.file=${file}`, '--storage.path=', '--web.listen-address=127.0.0.1:0'],
    environment,
  )
}

const operationsIn = (path: string): { readonly name: string; readonly token_file: string }[] =>
  parse(readText(path)).operations

describe.each([SHARED, KUBERNETES])('%s', (path) => {
  it('is valid and describes three operations on two accounts', async () => {
    const { code, printed, errors } = await checkCopyOf(path)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(printed.match(/^(Operation|Account) .+/gm)).toEqual([
      'Operation ventas-bogota',
      'Operation soporte-bogota',
      'Operation cobranza-cali',
      'Account 0042',
      'Account 0043',
    ])
  })
})

it('the file for Kubernetes has the same operations as the other, with mounted tokens', () => {
  const mounted = operationsIn(SHARED).map((operation) => ({
    ...operation,
    token_file: operation.token_file.replace('tokens/', MOUNT),
  }))
  expect(operationsIn(KUBERNETES)).toEqual(mounted)
})

describe('beside a configuration file, docker-compose.several.yml passes on .env, and the exporter', () => {
  const example = envFileReaders['Docker Compose']?.(readText('.env.example')) ?? {}

  it('accepts the empty settings of the example', async () => {
    expect(await checkCopyOf(SHARED, example)).toMatchObject({ code: 0, errors: '' })
  })

  it.each(['WOLKVOX_SERVER', 'WOLKVOX_REFRESH_INTERVAL'])('refuses %s', async (name) => {
    const { code, errors } = await checkCopyOf(SHARED, { ...example, [name]: '0042' })
    expect([code, errors]).toEqual([2, expect.stringContaining(`${name}: `)])
  })
})
