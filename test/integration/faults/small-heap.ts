import { buffer } from 'node:stream/consumers'
import { reportNamed } from '../../../src/reports/index.ts'
import { read } from '../../../src/worker/tasks.ts'
import { anOperation } from '../../../tools/fixtures.ts'

/** Reads a response from standard input and writes its outcome to standard output. Runs in a process with a small heap. */
const body = await buffer(process.stdin)
const response = { status: 200, body, fetchedAt: Date.now() }
const { outcome } = await read(anOperation(), reportNamed('agents'), response)
process.stdout.write(outcome.ok ? `${outcome.rendered.records} records` : outcome.failure.reason)
