import { describe, expect, it } from 'vitest'
import { allocation } from '../../bench/speed/exporter.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { readText } from '../../tools/files.ts'
import { contextFiles, isInContext } from './image/context.ts'
import { execOf, image, stages, stepsOf } from './image/dockerfile.ts'

const allSteps = stages.flatMap(({ steps }) => steps)
const manifest = JSON.parse(readText('package.json'))

describe('the Dockerfile', () => {
  it.each(stages)('pins the base image of $name to the Node version of the tests', ({ base }) => {
    expect(base).toBe(`docker.io/library/node:${manifest.devDependencies.node}-bookworm-slim`)
  })

  it('runs every program without a shell', () => {
    const running = allSteps.filter(({ keyword }) =>
      ['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK'].includes(keyword),
    )
    expect(running.map(({ keyword }) => keyword)).toEqual(
      expect.arrayContaining(['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK']),
    )
    for (const step of running) expect(execOf(step)).toEqual(expect.arrayContaining([expect.any(String)]))
  })

  it('runs as a numeric user that is not root', () => {
    expect(stepsOf(image, 'USER').at(-1)?.words).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)])
  })

  it('starts with known flags and stores its data in the volume', () => {
    const command = stepsOf(image, 'CMD').flatMap(execOf)
    const [volume] = stepsOf(image, 'VOLUME').flatMap(({ words }) => words)
    expect(parseArguments(command)).toEqual({
      command: 'serve',
      flags: new Map([['storage.path', [volume]]]),
    })
  })

  it('uses the memory allocation settings of the benchmark', () => {
    const environment = Object.assign({}, ...stepsOf(image, 'ENV').map(({ properties }) => properties))
    expect(environment).toMatchObject(allocation)
  })

  it('has labels for title, license, version and revision', () => {
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

  it('copies exactly the files of its context', () => {
    const copied = allSteps
      .filter(({ keyword, flags }) => keyword === 'COPY' && flags.from === undefined)
      .flatMap(({ words }) => words.slice(0, -1))
    expect(copied).toContain('src')
    for (const path of copied) expect(isInContext(path), path).toBe(true)
    const unused = contextFiles.filter(
      (file) => !copied.some((path) => file === path || file.startsWith(`${path}/`)),
    )
    expect(unused, 'in the context, but never copied').toEqual([])
  })
})
