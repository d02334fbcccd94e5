import { expect } from 'vitest'
import { answerWith } from '../../support/helpers.ts'
import { type ExporterProcess, startExporterProcess } from './exporters.ts'
import { type Ordeal, suffer } from './ordeal.ts'
import { type Pair, startPair } from './pairs.ts'

/** What came of an answer that was made to do harm. */
export interface HostileOrdeal extends Ordeal {
  /** The most memory that was resident meanwhile, in bytes. */
  readonly peak: number
}

// A good report of 60,000 agents takes less, and what is not good is to take no more.
const MAX_RESIDENT_BYTES = 2 ** 30

/** A pair whose exporter is a process of its own, as the answer may end it. */
export const startPairOfProcesses = (): Promise<Pair<ExporterProcess>> => startPair(startExporterProcess)

/** Sends this as the answer, and makes sure that it was survived. */
export async function sufferAnswer(
  { exporter, wolkvox }: Pair<ExporterProcess>,
  body: Buffer,
  options: Parameters<typeof suffer>[3] = {},
): Promise<HostileOrdeal> {
  await exporter.forgetPeak()
  const ordeal = await suffer(exporter, wolkvox, { answer: answerWith(body) }, options)
  exporter.checkAlive()
  return { ...ordeal, peak: await exporter.peak() }
}

export function expectBoundedMemory({ peak }: HostileOrdeal): void {
  expect(peak).toBeLessThan(MAX_RESIDENT_BYTES)
}
