import nock from 'nock'
import { afterEach, describe, expect, it } from 'vitest'
import { anEnvelope, anOperation, aRecord, never } from '../../tools/fixtures.ts'
import { fetchAgents } from '../support/agents.ts'

const GOOD = anEnvelope([aRecord()])

describe('the request', () => {
  afterEach(() => {
    nock.cleanAll()
    nock.enableNetConnect()
  })

  it('is a GET of the agents report of the operation’s server, with both headers', async () => {
    nock.disableNetConnect()
    const scope = nock('https://wv0042.wolkvox.com', {
      reqheaders: { 'wolkvox-token': 'test-token', wolkvox_server: '0042', 'accept-encoding': 'gzip' },
    })
      .get('/api/v2/real_time.php')
      .query({ api: 'agents' })
      .reply(200, GOOD)
    const { status, body } = await fetchAgents(anOperation(), never)
    expect(status).toBe(200)
    expect(Buffer.from(body).toString()).toBe(GOOD)
    expect(scope.isDone()).toBe(true)
  })

  it('keeps a path prefix, for example of a proxy', async () => {
    nock.disableNetConnect()
    const scope = nock('https://proxy.example')
      .get('/wolkvox/api/v2/real_time.php?api=agents')
      .reply(200, GOOD)
    await fetchAgents(anOperation({ baseUrl: 'https://proxy.example/wolkvox' }), never)
    expect(scope.isDone()).toBe(true)
  })
})
