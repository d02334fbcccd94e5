import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../tools/eventually.ts'
import { startProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { type BuiltImage, buildWithBuildah } from './image/build-with-buildah.ts'
import { execOf, image as stage, stepsOf } from './image/dockerfile.ts'
import { expectProductionOnly, startWithWolkvox } from './image/installed.ts'

const BUILD_MS = 300_000
const REVISION = 'revision-of-the-test'

// buildah's chroot isolation needs root and its own mounts, which not every sandbox allows.
const mayIsolate = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0

const [ENTRYPOINT, CMD, HEALTHCHECK] = ['ENTRYPOINT', 'CMD', 'HEALTHCHECK'].map((keyword) =>
  stepsOf(stage, keyword).flatMap(execOf),
) as [string[], string[], string[]]

describe.skipIf(!haveTools('buildah') || !mayIsolate)('the image that buildah builds', () => {
  let folder: string
  let image: BuiltImage
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolkvox-exporter-'))
    image = await buildWithBuildah(folder, { REVISION })
  }, BUILD_MS)
  afterAll(async () => {
    await image.remove()
    rmSync(folder, { recursive: true })
  })

  const start = (exec: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    startProgram(
      // The image's own PATH does not contain chroot.
      '/usr/sbin/chroot',
      [`--userspec=${image.user}`, image.root, 'env', `--chdir=${image.workdir}`, ...exec],
      { ...image.environment, ...environment },
    )
  const startExporter = () =>
    startWithWolkvox((args, settings) => start([...ENTRYPOINT, ...CMD, ...args], settings))

  it('serves agents and its revision', async () => {
    const { samples } = await startExporter()
    expect(samples.filter(({ name }) => name === 'wolkvox_agent_calls')).toHaveLength(3)
    const build = samples.find(({ name }) => name === 'wolkvox_exporter_build_info')
    expect(build?.labels.revision).toBe(REVISION)
    expect(image.labels['org.opencontainers.image.revision']).toBe(REVISION)
  })

  it('passes its own health check only while it runs', async () => {
    expect(image.healthcheck).toEqual(['CMD', 'node', 'dist/main.js', 'healthcheck'])
    const { program, url } = await startExporter()
    const check = async () => {
      const { process, output } = start([...HEALTHCHECK, `--web.listen-address=${new URL(url).host}`])
      const [code, signal] = await once(process, 'close')
      return { code, signal, output: output() }
    }
    expect(await check()).toEqual({ code: 0, signal: null, output: 'healthy\n' })
    program.process.kill('SIGKILL')
    await once(program.process, 'close')
    expect(await check()).toMatchObject({ code: 1, signal: null })
  })

  it('exits with 0 after SIGTERM to its first process', async () => {
    const { program } = await startExporter()
    program.process.kill('SIGTERM')
    expect(await once(program.process, 'close')).toEqual([0, null])
  })

  it('stores its data in its volume and can write nowhere else', async () => {
    await startExporter()
    const kinds = () => readdirSync(join(image.root, 'data')).map((name) => name.split('.').at(-1))
    await eventually('stored snapshot', () => (kinds().includes('snapshot') ? true : undefined))
    expect(kinds()).toContain('account')
    const write = start(['node', '--eval', "fs.writeFileSync('dist/main.js', '')"])
    await once(write.process, 'close')
    expect(write.output()).toMatch(/EACCES|EROFS/)
  })

  it('contains the production dependencies and no development dependencies', () => {
    const installed = join(image.root, image.workdir)
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json'])
    expectProductionOnly(installed)
  })
})
