import { describe } from 'vitest'
import { startExporterHere } from './exporters.ts'
import { answerFaults, sizeFaults } from './faults.ts'
import { runFaults } from './run-faults.ts'

const MAX_RESPONSE_BYTES = 2 ** 20

const start = (url: string) => startExporterHere(url, { maxResponseBytes: MAX_RESPONSE_BYTES })

describe('when what comes is no report', () => {
  runFaults(answerFaults, start)
})

describe('when more comes than may', () => {
  runFaults(sizeFaults(MAX_RESPONSE_BYTES), start)
})
