import { describe, expect, it } from 'vitest'
import { fieldReaders } from '../../src/exposition/agent-families.ts'
import { toSegmentNow } from '../../src/gzip/segment.ts'
import { createAttempt } from '../../src/refresh/attempt.ts'
import { WolkvoxFailure } from '../../src/wolkvox/failure.ts'
import type { Snapshot } from '../../src/wolkvox/snapshot.ts'
import { anEnvelope, anOperation, aRecord, never } from '../support/helpers.ts'

const render = async ({ agents }: Snapshot) => [
  toSegmentNow(Buffer.from(agents.map(({ id }) => id).join(','))),
]

/** An attempt whose call brings this body. */
function attemptOn(body: string, status = 200) {
  const fetchReport = async () => ({ status, body: Buffer.from(body), fetchedAt: 1_700_000_000_000 })
  return createAttempt({ fetchReport, fields: fieldReaders, render })(anOperation(), never)
}

describe('an attempt', () => {
  it('ends in finished bytes, with what is known of the answer', async () => {
    const body = anEnvelope([
      aRecord(),
      aRecord({ agent_id: '2', agent_status: 'Baño' }),
      aRecord({ agent_id: '' }),
    ])
    expect(await attemptOn(body)).toEqual({
      ok: true,
      served: {
        fetchedAt: 1_700_000_000_000,
        records: 3,
        responseBytes: Buffer.byteLength(body),
        agentsByCategory: { ready: 1, talk: 0, ring: 0, acw: 0, aux: 1, logout: 0, unknown: 0 },
        page: [toSegmentNow(Buffer.from('1001,2'))],
      },
      rejections: { records: { missing_id: 1 }, values: {} },
    })
  })

  it('of a report without agents is a good one', async () => {
    expect(await attemptOn(anEnvelope([]))).toMatchObject({ ok: true, served: { records: 0 } })
  })

  it('counts a record that is not JSON, and brings the others', async () => {
    const body = anEnvelope([
      aRecord(),
      aRecord({ agent_id: '2', agent_name: 'Two' }),
      aRecord({ agent_id: '3' }),
    ])
    expect(await attemptOn(body.replace('Two', 'T\two'))).toMatchObject({
      ok: true,
      served: { records: 3, page: [toSegmentNow(Buffer.from('1001,3'))] },
      rejections: { records: { unparsable: 1 }, values: {} },
    })
  })

  it('fails as malformed when not one of the records is JSON', async () => {
    expect(await attemptOn('{"code":200,"data":[{"agent_id":NaN},{"agent_id":NaN}]}')).toMatchObject({
      ok: false,
      failure: { reason: 'malformed' },
      rejections: { records: { unparsable: 2 }, values: {} },
    })
  })

  it('fails as malformed when not one of the records can be read, and counts them', async () => {
    expect(await attemptOn(anEnvelope([5, { agent_name: 'x' }]))).toEqual({
      ok: false,
      failure: {
        reason: 'malformed',
        message: 'not one of the 2 records could be read (not_an_object 1, missing_id 1)',
      },
      rejections: { records: { not_an_object: 1, missing_id: 1 }, values: {} },
    })
  })

  it('fails with the reason of the call', async () => {
    expect(await attemptOn('', 503)).toMatchObject({ ok: false, failure: { reason: 'http_error' } })
  })

  it('fails as internal when something breaks that nobody thought of', async () => {
    const attempt = createAttempt({
      fetchReport: async () => ({ status: 200, body: Buffer.from(anEnvelope([aRecord()])), fetchedAt: 0 }),
      fields: fieldReaders,
      render: () => {
        throw new RangeError('out of room')
      },
    })
    expect(await attempt(anOperation(), never)).toMatchObject({
      ok: false,
      failure: { reason: 'internal', message: 'out of room' },
    })
  })

  it('rejects with the reason of the signal when it is ended early, which is no failure', async () => {
    const ending = new AbortController()
    const attempt = createAttempt({
      fetchReport: async () => {
        ending.abort(new Error('the process ends'))
        throw new WolkvoxFailure('connect', 'broken off')
      },
      fields: fieldReaders,
      render,
    })
    await expect(attempt(anOperation(), ending.signal)).rejects.toThrow('the process ends')
  })
})
