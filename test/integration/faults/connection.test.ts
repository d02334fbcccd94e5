import { describe } from 'vitest'
import { startExporterHere } from './exporters.ts'
import { connectionFaults } from './faults.ts'
import { runFaults } from './run-faults.ts'

describe('when the connection fails', () => {
  runFaults(connectionFaults, startExporterHere)
})
