import { describe } from 'vitest'
import { startExporterHere } from './exporters.ts'
import { refusals } from './faults.ts'
import { runFaults } from './run-faults.ts'

describe('when wolkvox refuses', () => {
  runFaults(refusals, startExporterHere)
})
