import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { simulatorDefaults, startSimulator } from '../../../src/simulator/simulator.ts'
import { eventually } from '../../../tools/eventually.ts'
import { type ParsedSample, parseExposition } from '../../../tools/parse-exposition.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import type { Program } from '../../support/programs/program.ts'

const LOCK_FILE = fileURLToPath(new URL('../../../package-lock.json', import.meta.url))

/** Starts an installed exporter with these arguments and settings. */
type Start = (args: readonly string[], settings: Readonly<Record<string, string>>) => Program

/**
 * Starts an installed exporter against a simulated wolkvox with three agents.
 *
 * @returns the exporter and a scrape after its first refresh
 */
export async function startWithWolkvox(
  start: Start,
): Promise<{ program: Program; url: string; samples: ParsedSample[] }> {
  const simulator = await startSimulator({ ...simulatorDefaults, agents: 3, licenses: 3, port: 0 })
  onTestFinished(() => simulator.close())
  const program = start(['--web.listen-address=127.0.0.1:0'], {
    WOLKVOX_SERVER: simulatorDefaults.server,
    WOLKVOX_TOKEN: simulatorDefaults.token,
    WOLKVOX_BASE_URL: simulator.url,
  })
  await eventually('refresh', () => {
    if (program.process.exitCode !== null) throw new Error(`the exporter exited: ${program.output()}`)
    return program.output().includes('refreshed') || undefined
  })
  const [, url = ''] = /"url":"(http:\/\/[^/"]+)/.exec(program.output()) ?? []
  return { program, url, samples: parseExposition(await (await fetch(`${url}/metrics`)).text()) }
}

/** @param folder contains package.json and node_modules */
export function expectProductionOnly(folder: string): void {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
  const { dependencies } = read(join(folder, 'package.json'))
  const isInstalled = (path: string) => existsSync(join(folder, path))
  expect(Object.keys(dependencies).filter((name) => !isInstalled(`node_modules/${name}`))).toEqual([])
  // A development dependency can be installed because a dependency needs it too; the lock file then has no `dev` flag.
  const { packages: all } = read(LOCK_FILE)
  const development = Object.keys(all).filter((path) => all[path].dev)
  expect(development).toContain('node_modules/vitest')
  expect(development.filter(isInstalled)).toEqual([])
  const { packages } = read(join(folder, 'node_modules/.package-lock.json'))
  expect(Object.keys(packages).filter((path) => all[path] === undefined || path.endsWith('/node'))).toEqual(
    [],
  )
}
