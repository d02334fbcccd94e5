import { describe, expect, it } from 'vitest'
import { requestPathOf } from '../../../src/reports/report.ts'
import { skills } from '../../../src/reports/skills/index.ts'
import { anOperation } from '../../../tools/fixtures.ts'
import { aSkill } from '../../../tools/report-records.ts'
import { CLEAN, emptyBodies, envelopes, readBody, readData } from '../../support/read-body.ts'

const ventas = 'skill_id="101",skill_name="Ventas"'

/** The documented table: field, line for `aSkill`. */
const documented = [
  ['calls_in_queue_now', `wolkvox_skill_queued_calls{${ventas}} 3`],
  ['stat_inbound', `wolkvox_skill_inbound_calls{${ventas}} 1250`],
  ['stat_answer', `wolkvox_skill_answered_calls{${ventas}} 1130`],
  ['stat_abandon', `wolkvox_skill_abandoned_calls{${ventas}} 117`],
  ['by_abandon', `wolkvox_skill_abandoned_ratio{${ventas}} 0.0936`],
  ['service_level_10seg', `wolkvox_skill_service_level_ratio{${ventas},threshold_seconds="10"} 0.62`],
  ['service_level_20seg', `wolkvox_skill_service_level_ratio{${ventas},threshold_seconds="20"} 0.815`],
  ['service_level_30seg', `wolkvox_skill_service_level_ratio{${ventas},threshold_seconds="30"} 0.9025`],
] as const

const all = documented.map(([, line]) => line)
const without = (field: string) => documented.filter(([name]) => name !== field).map(([, line]) => line)

/** The end of the only line of a metric. */
async function valuesOf(metric: string, fields: object) {
  const { lines, rejected } = await readData('skills', [aSkill({ ...fields })])
  const found = lines
    .filter((line) => line.startsWith(metric))
    .map((line) => line.slice(line.lastIndexOf(' ') + 1))
  return { found, rejected }
}

describe('skills', () => {
  it.each(Object.entries(envelopes))('come out with every field: %s', async (_form, bodyOf) => {
    expect(await readBody('skills', bodyOf([aSkill()]))).toEqual({ lines: all, ...CLEAN })
  })

  it('can be a single record', async () => {
    expect(await readData('skills', aSkill())).toEqual({ lines: all, ...CLEAN })
  })

  it.each(emptyBodies)('can be none: %s', async (body) => {
    expect(await readBody('skills', body)).toEqual({ lines: [], ...CLEAN })
  })

  it.each(documented)('have no sample for a %s without value, and %s otherwise', async (field) => {
    for (const nothing of ['', ' ', '-', ' - ', null]) {
      const read = await readData('skills', [aSkill({ [field]: nothing })])
      expect(read).toEqual({ lines: without(field), ...CLEAN })
    }
    const read = await readData('skills', [aSkill({ [field]: undefined })])
    expect(read).toEqual({ lines: without(field), ...CLEAN, missing: [field] })
  })

  it.each(documented)('count an unreadable %s under its name', async (field) => {
    for (const value of ['many', '-5', -5, '3 calls', true, [], {}, [3], { value: 3 }, '1,23', '1e3']) {
      const read = await readData('skills', [aSkill({ [field]: value })])
      expect(read).toEqual({ ...CLEAN, lines: without(field), rejected: { [field]: 1 } })
    }
  })

  it.each([
    ['3', '3'],
    [3, '3'],
    [0, '0'],
    ['0', '0'],
    [' 12 ', '12'],
    ['007', '7'],
    ['1,250', '1250'],
    ['1,234,567', '1234567'],
  ])('read the count %j as %s', async (calls_in_queue_now, value) => {
    expect(await valuesOf('wolkvox_skill_queued_calls', { calls_in_queue_now })).toEqual({
      found: [value],
      rejected: {},
    })
  })

  it.each([
    ['9.36 %', '0.0936'],
    ['9.36%', '0.0936'],
    ['9.36', '0.0936'],
    [9.36, '0.0936'],
    ['0 %', '0'],
    [0, '0'],
    ['100%', '1'],
    ['15,233.33 %', '152.3333'],
    [' 50  % ', '0.5'],
  ])('read the percentage %j as %s', async (value, ratio) => {
    expect(await valuesOf('wolkvox_skill_abandoned_ratio', { by_abandon: value })).toEqual({
      found: [ratio],
      rejected: {},
    })
    const level = await valuesOf('wolkvox_skill_service_level_ratio', { service_level_20seg: value })
    expect(level).toEqual({ found: ['0.62', ratio, '0.9025'], rejected: {} })
  })

  it('have their fields in any case, also with spaces', async () => {
    for (const change of [
      (name: string) => name.toUpperCase(),
      (name: string) => ` ${name.replace(/^./, (first) => first.toUpperCase())} `,
    ]) {
      const record = Object.fromEntries(
        Object.entries(aSkill()).map(([name, value]) => [change(name), value]),
      )
      expect(await readData('skills', [record])).toEqual({ lines: all, ...CLEAN })
    }
  })

  it('drop service_level_0seg with any value, and thresholds that are not configured', async () => {
    for (const more of [
      { service_level_0seg: '55 %' },
      { service_level_0seg: {} },
      { service_level_40seg: '93 %' },
    ]) {
      expect(await readData('skills', [aSkill(more)])).toEqual({ lines: all, ...CLEAN })
    }
  })

  it('have the configured threshold in addition, once', async () => {
    const [, , , , , ...levels] = all
    const read = await readData('skills', [aSkill({ service_level_40seg: '93 %' })], {
      parameters: { serviceLevelSeconds: 40 },
    })
    expect(read.lines.slice(5)).toEqual([
      ...levels,
      `wolkvox_skill_service_level_ratio{${ventas},threshold_seconds="40"} 0.93`,
    ])
    const missing = await readData('skills', [aSkill()], { parameters: { serviceLevelSeconds: 40 } })
    expect(missing).toEqual({ lines: all, ...CLEAN, missing: ['service_level_40seg'] })
    const bad = await readData('skills', [aSkill({ service_level_40seg: 'x' })], {
      parameters: { serviceLevelSeconds: 40 },
    })
    expect(bad.rejected).toEqual({ service_level_40seg: 1 })
    expect(await readData('skills', [aSkill()], { parameters: { serviceLevelSeconds: 20 } })).toEqual({
      lines: all,
      ...CLEAN,
    })
  })

  it('are requested with the configured threshold', () => {
    const path = '/api/v2/real_time.php?api=skills&skill_id=all'
    expect(requestPathOf(skills, anOperation())).toBe(path)
    expect(requestPathOf(skills, { ...anOperation(), parameters: { serviceLevelSeconds: 40 } })).toBe(
      `${path}&services_time=40`,
    )
  })

  it.each([
    ['a number as the id', { skill_id: 101 }, ventas],
    ['spaces around id and name', { skill_id: ' 101 ', skill_name: ' Ventas ' }, ventas],
    ['no name', { skill_name: '' }, 'skill_id="101",skill_name=""'],
    ['a number as the name', { skill_name: 5 }, 'skill_id="101",skill_name="5"'],
    [
      'accents and quotes',
      { skill_name: 'Atención "Ñandú" \\ 🧑‍💻' },
      'skill_id="101",skill_name="Atención \\"Ñandú\\" \\\\ 🧑‍💻"',
    ],
    ['a line break in the name', { skill_name: 'dos\nlíneas' }, 'skill_id="101",skill_name="dos\\nlíneas"'],
    ['a word as the id', { skill_id: 'Ventas-1' }, 'skill_id="Ventas-1",skill_name="Ventas"'],
    [
      'the id of an inherited property',
      { skill_id: '__proto__' },
      'skill_id="__proto__",skill_name="Ventas"',
    ],
  ])('have labels from %s', async (_what, fields, labels) => {
    expect(await readData('skills', [aSkill(fields)])).toEqual({
      lines: all.map((line) => line.replace(ventas, labels)),
      ...CLEAN,
    })
  })

  it('count an unreadable name', async () => {
    for (const skill_name of [[], {}, true, 2 ** 60]) {
      const { rejected } = await readData('skills', [aSkill({ skill_name })])
      expect(rejected).toEqual({ skill_name: 1 })
    }
  })

  it.each([undefined, null, '', '-', [], {}, true, 2 ** 60])(
    'need an id: %j is missing_id',
    async (skill_id) => {
      const { lines, rejected } = await readData('skills', [aSkill({ skill_id }), aSkill()])
      expect([lines, rejected]).toEqual([all, { missing_id: 1 }])
      const { failure } = await readData('skills', [aSkill({ skill_id })])
      expect(failure).toBe('malformed: none of the 1 records could be read (missing_id 1)')
    },
  )

  it('keep the first of several with the same id', async () => {
    const { lines, rejected } = await readData('skills', [
      aSkill(),
      aSkill({ skill_id: 101, stat_inbound: 1 }),
      null,
      'x',
    ])
    expect([lines, rejected]).toEqual([all, { duplicate: 1, not_an_object: 2 }])
  })

  it('lose only the record that is not JSON', async () => {
    const broken = JSON.stringify(aSkill({ skill_id: '102' })).replace('"3"', '3 calls')
    const body = `{"code":200,"data":[${broken},${JSON.stringify(aSkill())}]}`
    expect(await readBody('skills', body)).toEqual({ ...CLEAN, lines: all, rejected: { unparsable: 1 } })
  })

  it('have no series of agents, calls or customers in unknown fields', async () => {
    const record = aSkill({
      longest_wait: '00:05:00',
      customer_phone: '+00 000 000 0001',
      agents: [{ agent_id: '1' }],
    })
    expect(await readData('skills', [record])).toEqual({ lines: all, ...CLEAN })
  })
})
