import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { simulatorDefaults, startSimulator } from '../../../src/simulator/simulator.ts'
import { parseExposition } from '../../support/helpers.ts'
import { eventually } from '../../support/programs/eventually.ts'
import type { Program } from '../../support/programs/program.ts'
import { execOf, image, stepsOf } from './dockerfile.ts'

/** The revision that the images of the tests are built with. */
export const REVISION = 'revision-of-the-test'

/** An image on this machine that can be run. */
export interface RunnableImage {
  /** Folder of its root. */
  readonly root: string
  /** Folder that it takes for its root when it runs: its own, or this machine's. */
  readonly seesRootAt: string
  readonly workdir: string
  /** Starts a program in it, as the user and with the environment that the image says. */
  readonly start: (exec: readonly string[], environment?: Readonly<Record<string, string>>) => Program
}

const HERE = '--web.listen-address=127.0.0.1:'

const [ENTRYPOINT, CMD, HEALTHCHECK] = ['ENTRYPOINT', 'CMD', 'HEALTHCHECK'].map((keyword) =>
  stepsOf(image, keyword).flatMap(execOf),
) as [string[], string[], string[]]

/** What an image built from the Dockerfile has to do and to hold, whoever built it. */
export function itKeepsItsPromises(built: () => RunnableImage): void {
  /** Starts it as it starts by itself, with an operation to fetch. */
  async function startExporter() {
    const simulator = await startSimulator({ ...simulatorDefaults, agents: 3, licenses: 3, port: 0 })
    const { start, seesRootAt } = built()
    const args = CMD.map((arg) => arg.replace('=/', `=${seesRootAt}/`))
    const program = start([...ENTRYPOINT, ...args, `${HERE}0`], {
      WOLKVOX_SERVER: simulatorDefaults.server,
      WOLKVOX_TOKEN: simulatorDefaults.token,
      WOLKVOX_BASE_URL: simulator.url,
    })
    await eventually('refresh', () => {
      if (program.process.exitCode !== null) throw new Error(`it ended: ${program.output()}`)
      return program.output().includes('refreshed') || undefined
    })
    await simulator.close()
    const [, url = ''] = /"url":"(http:\/\/[^/"]+)/.exec(program.output()) ?? []
    return { program, url }
  }

  it('serves agents and says of which revision it is', async () => {
    const { url } = await startExporter()
    const samples = parseExposition(await (await fetch(`${url}/metrics`)).text())
    expect(samples.filter(({ name }) => name === 'wolkvox_agent_calls')).toHaveLength(3)
    const build = samples.find(({ name }) => name === 'wolkvox_exporter_build_info')
    expect(build?.labels.revision).toBe(REVISION)
  })

  it('is found healthy by its own check while it runs, and only then', async () => {
    const { program, url } = await startExporter()
    const check = async () => {
      const { process, output } = built().start([...HEALTHCHECK, `${HERE}${new URL(url).port}`])
      const [code] = await once(process, 'close')
      return { code, output: output() }
    }
    expect(await check()).toEqual({ code: 0, output: 'healthy\n' })
    program.process.kill('SIGKILL')
    await once(program.process, 'close')
    expect((await check()).code).toBe(1)
  })

  it('ends well when its first process is told to', async () => {
    const { program } = await startExporter()
    program.process.kill('SIGTERM')
    expect(await once(program.process, 'close')).toEqual([0, null])
  })

  it('keeps in its volume what outlives it, as one who may write nowhere else', async () => {
    await startExporter()
    const kinds = () => readdirSync(join(built().root, 'data')).map((name) => name.split('.').at(-1))
    await eventually('kept answer', () => (kinds().includes('snapshot') ? true : undefined))
    expect(kinds()).toContain('calls')
    const write = built().start(['node', '--eval', "fs.writeFileSync('dist/main.js', '')"])
    await once(write.process, 'close')
    expect(write.output()).toMatch(/EACCES|EROFS/)
  })

  it('holds what production needs and nothing of development', () => {
    const folder = join(built().root, built().workdir)
    expect(readdirSync(folder).sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json'])
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const there = (name: string) => existsSync(join(folder, 'node_modules', name))
    expect(Object.keys(dependencies).filter((name) => !there(name))).toEqual([])
    expect(Object.keys(devDependencies).filter(there)).toEqual([])
    const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'))
    expect(Object.keys(packages).filter((path) => packages[path].dev || path.endsWith('/node'))).toEqual([])
  })
}
