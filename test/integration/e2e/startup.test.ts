import { expect, it } from 'vitest'
import { getMetrics, startServe } from '../../../bench/serve-process.ts'
import { loadedModules, MODULE_RECORDER } from '../../../bench/speed/start.ts'
import { simulatorDefaults, startSimulator } from '../../../src/simulator/simulator.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// Each takes a noticeable part of the time to start.
const UNUSED = [
  /\/node_modules\/@fastify\/(ajv|fast-json-stringify)-compiler\//,
  /\/node_modules\/(@opentelemetry|undici|pino-pretty)\//,
  /\/zod\/v4\/locales\/(?!en\.js$)/,
  /\/src\/simulator\//,
  /\/src\/wolkvox\/(client|parse|response)\.ts$/,
]

it('the serving thread loads only modules that it uses', async () => {
  const simulator = await startSimulator({ ...simulatorDefaults, agents: 3, port: 0 })
  const exporter = startServe(
    {
      WOLKVOX_SERVER: simulatorDefaults.server,
      WOLKVOX_TOKEN: simulatorDefaults.token,
      WOLKVOX_BASE_URL: simulator.url,
    },
    temporaryFolder(),
    { preload: MODULE_RECORDER },
  )
  try {
    const url = await exporter.url
    if (!exporter.log().includes('refreshed')) await exporter.nextLog('refreshed')
    await getMetrics(String(url), {})
    const modules = await loadedModules(exporter.child)
    expect(modules).toContainEqual(expect.stringMatching(/\/src\/exporter\/exporter\.ts$/))
    expect(modules.filter((module) => UNUSED.some((pattern) => pattern.test(module)))).toEqual([])
    const builtIn = await loadedModules(exporter.child, 'built-in')
    expect(builtIn).toContain('NativeModule http')
    expect(builtIn).not.toContain('NativeModule internal/deps/undici/undici')
  } finally {
    await exporter.kill()
    await simulator.close()
  }
}, 60_000)
