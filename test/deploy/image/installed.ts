import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { simulatorDefaults, startSimulator } from '../../../src/simulator/simulator.ts'
import { eventually } from '../../../tools/eventually.ts'
import { type ParsedSample, parseExposition } from '../../../tools/parse-exposition.ts'
import type { Program } from '../../support/programs/program.ts'

/** Starts an installed exporter with these arguments and settings. */
type Start = (args: readonly string[], settings: Readonly<Record<string, string>>) => Program

/** Starts an installed exporter against a simulated wolkvox with three agents. @returns the exporter and a scrape after its first refresh */
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
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const isInstalled = (name: string) => existsSync(join(folder, 'node_modules', name))
  expect(Object.keys(dependencies).filter((name) => !isInstalled(name))).toEqual([])
  expect(Object.keys(devDependencies).filter(isInstalled)).toEqual([])
  const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'))
  expect(Object.keys(packages).filter((path) => packages[path].dev || path.endsWith('/node'))).toEqual([])
}
