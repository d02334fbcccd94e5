import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../tools/eventually.ts'
import { startProgram } from '../support/programs/program.ts'
import { copyContext } from './image/context.ts'
import { expectProductionOnly, startWithWolkvox } from './image/installed.ts'

const BUILD_MS = 300_000

// Only root can run the exporter as another user and so show that it needs no write access to its files.
const isRoot = process.getuid?.() === 0
const user = isRoot ? { uid: 1000, gid: 1000 } : {}

describe('the files of the image context, built and installed for production', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wolkvox-exporter-'))
    chmodSync(folder, 0o755)
    copyContext(folder)
    const npm = (...args: readonly string[]) => execFileSync('npm', args, { cwd: folder, stdio: 'pipe' })
    npm('ci', '--ignore-scripts')
    npm('run', 'build')
    npm('ci', '--omit=dev', '--ignore-scripts')
    mkdirSync(join(folder, 'data'))
    if (isRoot) chownSync(join(folder, 'data'), 1000, 1000)
  }, BUILD_MS)
  afterAll(() => rmSync(folder, { recursive: true }))

  const start = (args: readonly string[], settings: Readonly<Record<string, string>> = {}) =>
    startProgram(
      process.execPath,
      args,
      { ...settings, NODE_ENV: 'production', PATH: dirname(process.execPath) },
      { ...user, cwd: folder },
    )

  it('contain no development dependencies', () => {
    expectProductionOnly(folder)
  })

  it('run as a user who can write only to the storage folder', async () => {
    const { program, samples } = await startWithWolkvox((args, settings) =>
      start(['dist/main.js', 'serve', '--storage.path=data', ...args], settings),
    )
    expect(samples.filter(({ name }) => name === 'wolkvox_agent_calls')).toHaveLength(3)
    const kinds = () => readdirSync(join(folder, 'data')).map((name) => name.split('.').at(-1))
    await eventually('stored snapshot', () => (kinds().includes('snapshot') ? true : undefined))
    program.process.kill('SIGTERM')
    expect(await once(program.process, 'close')).toEqual([0, null])
  })

  it.skipIf(!isRoot)('cannot be changed by that user', async () => {
    const write = start(['--eval', "fs.writeFileSync('dist/main.js', '')"])
    await once(write.process, 'close')
    expect(write.output()).toContain('EACCES')
  })
})
