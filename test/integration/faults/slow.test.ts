import { describe } from 'vitest'
import { startExporterHere } from './exporters.ts'
import { slowFaults } from './faults.ts'
import { runFaults } from './run-faults.ts'

describe('when wolkvox is too slow', () => {
  runFaults(slowFaults, (url) => startExporterHere(url, { timeoutMs: 1000 }))
})
