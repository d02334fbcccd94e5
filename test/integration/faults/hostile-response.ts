import { expect } from 'vitest'
import { answerWith } from '../../support/helpers.ts'
import { type ExporterProcess, startExporterProcess } from './exporters.ts'
import { runScenario, type ScenarioResult } from './fault-scenario.ts'
import { type Pair, startPair } from './pairs.ts'

/** The result of a response that tries to do harm. */
export interface HostileResult extends ScenarioResult {
  /** Peak resident memory during the scenario, in bytes. */
  readonly peak: number
}

// A good report of 60,000 agents needs less; a bad one must not need more.
const MAX_RESIDENT_BYTES = 2 ** 30

/** The exporter runs in its own process, because the response may crash it. */
export const startPairOfProcesses = (): Promise<Pair<ExporterProcess>> => startPair(startExporterProcess)

/** Responds with this body and checks that the exporter survives. */
export async function runHostileResponse(
  { exporter, wolkvox }: Pair<ExporterProcess>,
  body: Buffer,
  options: Parameters<typeof runScenario>[3] = {},
): Promise<HostileResult> {
  await exporter.forgetPeak()
  const scenario = await runScenario(exporter, wolkvox, { answer: answerWith(body) }, options)
  exporter.checkAlive()
  return { ...scenario, peak: await exporter.peak() }
}

export function expectBoundedMemory({ peak }: HostileResult): void {
  expect(peak).toBeLessThan(MAX_RESIDENT_BYTES)
}
