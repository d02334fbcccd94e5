import { buffer } from 'node:stream/consumers'
import { fieldReaders } from '../../../src/exposition/agent-families.ts'
import { renderAgents } from '../../../src/exposition/agent-page.ts'
import { createAttempt } from '../../../src/refresh/attempt.ts'
import { anOperation, never } from '../../support/helpers.ts'

/** Reads an answer from standard input and tells on standard output what came of it: run with a small heap. */
const body = await buffer(process.stdin)
const attempt = createAttempt({
  fetchReport: async () => ({ status: 200, body, fetchedAt: Date.now() }),
  fields: fieldReaders,
  render: (snapshot, { name }) => renderAgents(snapshot, name),
})
const outcome = await attempt(anOperation(), never)
process.stdout.write(outcome.ok ? `${outcome.served.records} records` : outcome.failure.reason)
