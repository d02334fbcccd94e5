import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allocation } from '../../bench/speed/exporter.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { readText } from '../support/files.ts'
import { startProgram } from '../support/programs/program.ts'
import { type Built, buildByHand } from './image/build-by-hand.ts'
import { contextFiles, isInContext } from './image/context.ts'
import { execOf, image, stages, stepsOf } from './image/dockerfile.ts'
import { itKeepsItsPromises, REVISION } from './image/promises.ts'

const BUILD_MS = 300_000

const allSteps = stages.flatMap(({ steps }) => steps)
const manifest = JSON.parse(readText('package.json'))

describe('the Dockerfile', () => {
  it.each(stages)('pins the version of the base of $name, the Node that the tests run with', ({ base }) => {
    expect(base).toBe(`docker.io/library/node:${manifest.devDependencies.node}-bookworm-slim`)
  })

  it('needs no shell to run anything', () => {
    const running = allSteps.filter(({ keyword }) =>
      ['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK'].includes(keyword),
    )
    expect(running.map(({ keyword }) => keyword)).toEqual(
      expect.arrayContaining(['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK']),
    )
    for (const step of running) expect(execOf(step)).toEqual(expect.arrayContaining([expect.any(String)]))
  })

  it('runs as somebody who is told by a number not to be root', () => {
    expect(stepsOf(image, 'USER').at(-1)?.words).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)])
  })

  it('starts with flags that there are, and keeps its data in the volume', () => {
    const command = stepsOf(image, 'CMD').flatMap(execOf)
    const [volume] = stepsOf(image, 'VOLUME').flatMap(({ words }) => words)
    expect(parseArguments(command)).toEqual({
      command: 'serve',
      flags: new Map([['storage.path', [volume]]]),
    })
  })

  it('has memory allocated as it was when its peak was measured', () => {
    const environment = Object.assign({}, ...stepsOf(image, 'ENV').map(({ properties }) => properties))
    expect(environment).toMatchObject(allocation)
  })

  it('says what the image is, of which version and revision', () => {
    const labels = Object.assign({}, ...stepsOf(image, 'LABEL').map(({ properties }) => properties))
    const name = 'org.opencontainers.image.'
    expect(labels).toMatchObject({
      [`${name}title`]: manifest.name,
      [`${name}licenses`]: manifest.license,
      [`${name}version`]: expect.stringContaining('VERSION'),
      [`${name}revision`]: expect.stringContaining('REVISION'),
    })
    const defaults = Object.assign({}, ...stepsOf(image, 'ARG').map(({ properties }) => properties))
    expect(defaults.VERSION).toBe(manifest.version)
  })

  it('copies only what its context holds', () => {
    const copied = allSteps
      .filter(({ keyword, flags }) => keyword === 'COPY' && flags.from === undefined)
      .flatMap(({ words }) => words.slice(0, -1))
    expect(copied).toContain('src')
    for (const path of copied) expect(isInContext(path), path).toBe(true)
    const unused = contextFiles.filter(
      (file) => !copied.some((path) => file === path || file.startsWith(`${path}/`)),
    )
    expect(unused, 'let through and copied nowhere').toEqual([])
  })

  describe('carried out step by step', () => {
    let folder: string
    let built: Built
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'wolkvox-exporter-'))
      chmodSync(folder, 0o755)
      built = buildByHand(folder, { REVISION })
      withoutWriting(join(built.root, built.workdir), true)
    }, BUILD_MS)
    afterAll(() => {
      withoutWriting(join(built.root, built.workdir), false)
      rmSync(folder, { recursive: true })
    })

    const [uid, gid] = (stepsOf(image, 'USER').at(-1)?.words[0] ?? '').split(':').map(Number)
    // Only root can become somebody else.
    const user = process.getuid?.() === 0 ? { uid, gid } : {}

    itKeepsItsPromises(() => ({
      ...built,
      seesRootAt: built.root,
      start: ([program = '', ...args], environment = {}) =>
        startProgram(
          program,
          args,
          // The Node that runs this stands for that of the base.
          { ...built.environment, ...environment, PATH: dirname(process.execPath) },
          { ...user, cwd: join(built.root, built.workdir) },
        ),
    }))
  })
})

/** Takes from everybody the right to write in a folder, or gives it back to its owner. */
function withoutWriting(folder: string, readOnly: boolean): void {
  for (const path of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    const { mode } = statSync(join(folder, path))
    chmodSync(join(folder, path), readOnly ? mode & ~0o222 : mode | 0o200)
  }
}
