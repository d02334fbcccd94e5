import { expect } from 'vitest'
import { answerWith } from '../../support/loopback-server.ts'
import { type ExporterProcess, startExporterProcess } from './exporters.ts'
import { runScenario, type ScenarioResult } from './fault-scenario.ts'
import { type Pair, startPair } from './pairs.ts'

/** The result of a hostile response. */
export interface HostileResult extends ScenarioResult {
  /** Peak resident memory in bytes. */
  readonly peak: number
}

// A good report of 60,000 agents needs less, and a hostile response must not need more.
const MAX_RESIDENT_BYTES = 2 ** 30

/** A pair whose exporter is a separate process, which the response can crash. */
export const startPairOfProcesses = (): Promise<Pair<ExporterProcess>> => startPair(startExporterProcess)

/** Sends this response, and checks that the exporter survives it. */
export async function runWithResponse(
  { exporter, wolkvox }: Pair<ExporterProcess>,
  body: Buffer,
  options: Parameters<typeof runScenario>[3] = {},
): Promise<HostileResult> {
  await exporter.resetPeak()
  const result = await runScenario(exporter, wolkvox, { respond: answerWith(body) }, options)
  exporter.checkAlive()
  return { ...result, peak: await exporter.peak() }
}

export function expectBoundedMemory({ peak }: HostileResult): void {
  expect(peak).toBeLessThan(MAX_RESIDENT_BYTES)
}
