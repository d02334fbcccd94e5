import { describe } from 'vitest'
import { startExporterHere } from './exporters.ts'
import { responseFaults, sizeFaults } from './faults.ts'
import { runFaults } from './run-faults.ts'

const MAX_RESPONSE_BYTES = 2 ** 20

const start = (url: string) => startExporterHere(url, { maxResponseBytes: MAX_RESPONSE_BYTES })

describe('when the response is not a report', () => {
  runFaults(responseFaults, start)
})

describe('when the response is too large', () => {
  runFaults(sizeFaults(MAX_RESPONSE_BYTES), start)
})
