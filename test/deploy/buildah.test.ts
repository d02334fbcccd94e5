import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { type BuiltImage, buildWithBuildah } from './image/build-with-buildah.ts'
import { itKeepsItsPromises, REVISION } from './image/promises.ts'

const BUILD_MS = 300_000

// buildah's isolation by chroot takes root, as chroot itself does, and mounts of its own, which not every sandbox allows.
const mayIsolate = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0

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

  itKeepsItsPromises(() => ({
    ...image,
    seesRootAt: '',
    start: (exec, environment = {}) =>
      startProgram(
        // Outside of what the image has on its path.
        '/usr/sbin/chroot',
        [`--userspec=${image.user}`, image.root, 'env', `--chdir=${image.workdir}`, ...exec],
        { ...image.environment, ...environment },
      ),
  }))

  it('carries its revision and its health check', () => {
    expect(image.labels['org.opencontainers.image.revision']).toBe(REVISION)
    expect(image.healthcheck).toEqual(['CMD', 'node', 'dist/main.js', 'healthcheck'])
  })
})
