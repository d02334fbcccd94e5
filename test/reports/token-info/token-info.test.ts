import { describe, expect, it } from 'vitest'
import { tokenInfo } from '../../../src/reports/token-info/index.ts'
import { read } from '../../../src/worker/tasks.ts'
import { anEnvelope, anOperation } from '../../../tools/fixtures.ts'
import { parseExposition } from '../../../tools/parse-exposition.ts'
import { aToken } from '../../../tools/report-records.ts'
import { FETCHED_AT } from '../../support/agents.ts'
import { textOfSegments } from '../../support/exposition-texts.ts'

/** The outcome of a response with these data, with the exposed samples as pairs of name and value. */
async function readData(data: unknown) {
  const body = Buffer.from(anEnvelope(data))
  const { outcome } = await read(anOperation(), tokenInfo, { status: 200, body, fetchedAt: FETCHED_AT })
  const text = outcome.ok ? textOfSegments(outcome.rendered.segments) : ''
  const samples = text === '' ? [] : parseExposition(text)
  for (const { labels } of samples) expect(labels).toEqual({ operation: 'ventas' })
  return { outcome, samples: samples.map(({ name, value }) => [name, value]) }
}

/** The documented table: field, metric, and the value for `aToken`. */
const documented = [
  ['token_limit', 'wolkvox_token_limit_calls', 5000],
  ['token_use_today', 'wolkvox_token_used_calls', 1200],
  ['all_token_today', 'wolkvox_token_account_used_calls', 2300],
  ['available_consumption_options', 'wolkvox_token_available_calls', 3800],
] as const

const allSamples = documented.map(([, name, value]) => [name, value])

const allFields = (value: string) => Object.fromEntries(documented.map(([field]) => [field, value]))

const numbers = Object.fromEntries(documented.map(([field, , value]) => [field, value]))

describe('token_info', () => {
  it('has exactly the documented families', () => {
    expect(tokenInfo.families.map(({ name }) => name)).toEqual(documented.map(([, name]) => name))
  })

  it.each([
    ['an object', aToken()],
    ['a list of one object', [aToken()]],
    ['an object with numbers', numbers],
    ['a list of one object with numbers', [numbers]],
    ['an object without description', { ...aToken(), description: undefined }],
    ['an object with thousands commas', { ...aToken(), token_limit: '5,000', token_use_today: ' 1,200 ' }],
    ['an object by whole numbers', { 0: aToken() }],
  ])('reads %s', async (_form, data) => {
    const { outcome, samples } = await readData(data)
    expect(samples).toEqual(allSamples)
    expect(outcome.rejections).toEqual({ records: {}, values: {} })
    expect(outcome).toMatchObject({ rendered: { report: 'token_info', records: 1, rows: 1 } })
  })

  it.each(documented)('%s is %s', async (field, name, value) => {
    const { samples } = await readData(aToken())
    expect(samples).toContainEqual([name, value])
    const others = allSamples.filter(([other]) => other !== name)
    for (const missing of ['', '-', null, undefined]) {
      const { outcome, samples } = await readData(aToken({ [field]: missing }))
      expect(samples).toEqual(others)
      expect(outcome.rejections.values).toEqual({})
    }
    for (const unreadable of ['many', '-5', '1.5', -5, 1.5, true, {}, []]) {
      const { outcome, samples } = await readData(aToken({ [field]: unreadable }))
      expect(samples).toEqual(others)
      expect(outcome.rejections.values).toEqual({ [field]: 1 })
    }
  })

  it('reads zero as zero', async () => {
    const { samples } = await readData(aToken({ token_use_today: '0', all_token_today: 0 }))
    expect(samples).toContainEqual(['wolkvox_token_used_calls', 0])
    expect(samples).toContainEqual(['wolkvox_token_account_used_calls', 0])
  })

  it('uses the first of several records and rejects the others as duplicate', async () => {
    const { outcome, samples } = await readData([aToken(), aToken({ token_limit: '1' })])
    expect(samples).toEqual(allSamples)
    expect(outcome.rejections).toEqual({ records: { duplicate: 1 }, values: {} })
  })

  it.each([
    ['without known fields', { description: 'Reports' }],
    ['without a number', aToken(allFields('-'))],
  ])('skips a record %s', async (_what, record) => {
    const { outcome, samples } = await readData([record, aToken()])
    expect(samples).toEqual(allSamples)
    expect(outcome.rejections).toEqual({ records: { missing_id: 1 }, values: {} })
  })

  it.each([
    ['another object', { agent_id: '1001' }],
    ['only a description', { description: 'Reports' }],
    ['known fields within another field', { token: aToken() }],
    ['a record whose fields are all empty', aToken(allFields(''))],
    ['a record whose fields are all unreadable', aToken(allFields('many'))],
    ['several records of another report', [{ agent_id: '1001' }, { agent_id: '1002' }]],
  ])('is malformed for %s: missing_id', async (_what, data) => {
    const { outcome } = await readData(data)
    const count = Array.isArray(data) ? data.length : 1
    expect(outcome).toEqual({
      ok: false,
      failure: {
        reason: 'malformed',
        message: `none of the ${count} records could be read (missing_id ${count})`,
      },
      rejections: { records: { missing_id: count }, values: {} },
    })
  })

  it.each([null, '', [], {}])('fails as malformed without a record: data %j', async (data) => {
    const { outcome } = await readData(data)
    expect(outcome).toMatchObject({
      ok: false,
      failure: { reason: 'malformed', message: 'the response has no record' },
    })
  })

  it('does not keep the description of the token', async () => {
    const body = Buffer.from(anEnvelope(aToken({ description: 'Reports of the night shift' })))
    const { snapshot } = await read(anOperation(), tokenInfo, { status: 200, body, fetchedAt: FETCHED_AT })
    expect(snapshot?.rows).toEqual([{}])
    expect(JSON.stringify(snapshot)).not.toContain('night shift')
  })
})
