import { describe, expect, it } from 'vitest'
import { aCampaign } from '../../../tools/report-records.ts'
import { CLEAN, emptyBodies, envelopes, readBody, readData } from '../../support/read-body.ts'

const cobranzas = 'campaign_id="32841",campaign_name="Cobranzas - Strategy (1)"'

/** The documented table: field, line for `aCampaign`. */
const documented = [
  ['skill_id', `wolkvox_campaign_info{${cobranzas},skill_id="101"} 1`],
  ['status', `wolkvox_campaign_running{${cobranzas}} 1`],
  ['records', `wolkvox_campaign_records{${cobranzas}} 12000`],
  ['clean', `wolkvox_campaign_remaining_records{${cobranzas}} 4500`],
  ['dial', `wolkvox_campaign_dialed_records{${cobranzas}} 7500`],
  ['answer', `wolkvox_campaign_results{${cobranzas},result="answered"} 2100`],
  ['no_answer', `wolkvox_campaign_results{${cobranzas},result="no_answer"} 3900`],
  ['busy/congestion/failed', `wolkvox_campaign_results{${cobranzas},result="failed"} 800`],
  ['answer_machine', `wolkvox_campaign_results{${cobranzas},result="answering_machine"} 700`],
  ['hits', `wolkvox_campaign_hits{${cobranzas}} 410`],
  ['penetration_day', `wolkvox_campaign_penetration_ratio{${cobranzas},window="day"} 0.625`],
  ['penetration_now', `wolkvox_campaign_penetration_ratio{${cobranzas},window="now"} 0.58`],
  ['recycled', `wolkvox_campaign_recycled_records{${cobranzas}} 350`],
  ['calls_x_min', `wolkvox_campaign_dial_rate{${cobranzas}} 0.45`],
] as const

const all = documented.map(([, line]) => line)
const numeric = documented.filter(([field]) => field !== 'skill_id')

/** All lines, with the line of this field replaced. */
const withLines = (field: string, ...lines: readonly string[]) =>
  documented.flatMap(([name, line]) => (name === field ? lines : [line]))

/** All lines with this value in the line of the field. */
const withValue = (field: string, value: string) =>
  documented.map(([name, line]) => (name === field ? line.replace(/[^ ]+$/, value) : line))

const noSkill = `wolkvox_campaign_info{${cobranzas},skill_id=""} 1`

describe('campaigns', () => {
  it.each(Object.entries(envelopes))('come out with every field: %s', async (_form, bodyOf) => {
    expect(await readBody('campaigns', bodyOf([aCampaign()]))).toEqual({ lines: all, ...CLEAN })
  })

  it('can be a single record', async () => {
    expect(await readData('campaigns', aCampaign())).toEqual({ lines: all, ...CLEAN })
  })

  it.each(emptyBodies)('can be none: %s', async (body) => {
    expect(await readBody('campaigns', body)).toEqual({ lines: [], ...CLEAN })
  })

  it.each(numeric)('have no sample for a %s without value, and %s otherwise', async (field) => {
    for (const nothing of ['', ' ', '-', null]) {
      expect(await readData('campaigns', [aCampaign({ [field]: nothing })])).toEqual({
        lines: withLines(field),
        ...CLEAN,
      })
    }
    const read = await readData('campaigns', [aCampaign({ [field]: undefined })])
    expect(read).toEqual({ lines: withLines(field), ...CLEAN, missing: [field] })
  })

  it.each(numeric)('count an unreadable %s under its name', async (field) => {
    for (const value of ['many', '-5', -5, '3 calls', '1,23', '1e3', true, [], {}, [3], { value: 3 }]) {
      const read = await readData('campaigns', [aCampaign({ [field]: value })])
      expect(read).toEqual({ ...CLEAN, lines: withLines(field), rejected: { [field]: 1 } })
    }
  })

  it.each([
    ['records', '12000', '12000'],
    ['records', 12_000, '12000'],
    ['clean', '0', '0'],
    ['clean', 0, '0'],
    ['dial', ' 1,234,567 ', '1234567'],
    ['answer', '007', '7'],
    ['penetration_day', '62.5%', '0.625'],
    ['penetration_day', '62.5', '0.625'],
    ['penetration_now', 130, '1.3'],
    ['penetration_now', '15,233.33 %', '152.3333'],
    ['calls_x_min', '27.5', '0.458333333333333'],
    ['calls_x_min', 60, '1'],
    ['calls_x_min', '1,200', '20'],
    ['calls_x_min', '0', '0'],
    ['status', 'STARTED', '1'],
    ['status', ' Started ', '1'],
    ['status', 'stopped', '0'],
    ['status', 'Stopped', '0'],
  ])('read %s %j as %s', async (field, value, number) => {
    const read = await readData('campaigns', [aCampaign({ [field]: value })])
    expect(read).toEqual({ lines: withValue(field, number), ...CLEAN })
  })

  it.each([
    ['records', '1.5'],
    ['records', 1.5],
    ['calls_x_min', '27 %'],
    ['calls_x_min', '00:27'],
    ['penetration_day', '62,5 %'],
    ['status', 'paused'],
    ['status', 'not started'],
    ['status', 'Iniciada'],
    ['status', 1],
  ])('find the %s %j unreadable', async (field, value) => {
    const read = await readData('campaigns', [aCampaign({ [field]: value })])
    expect(read).toEqual({ ...CLEAN, lines: withLines(field), rejected: { [field]: 1 } })
  })

  it.each([
    [
      'several dashes',
      '32841 - Cobranzas - Bogotá - Strategy (2)',
      '32841',
      'Cobranzas - Bogotá - Strategy (2)',
    ],
    ['no spaces round the dash', '32841-Cobranzas', '32841', 'Cobranzas'],
    ['many spaces', '  32841   -   Cobranzas  ', '32841', 'Cobranzas'],
    ['only an id', '32841', '32841', ''],
    ['a number', 32_841, '32841', ''],
    ['an id and a dash', '32841 -', '32841', ''],
    ['no id', 'Cobranzas - Strategy', 'Cobranzas - Strategy', 'Cobranzas - Strategy'],
    ['no id and no dash', 'Cobranzas', 'Cobranzas', 'Cobranzas'],
    ['digits that are part of the name', '3M Cobranzas - 2026', '3M Cobranzas - 2026', '3M Cobranzas - 2026'],
    ['digits without a dash', '32841 Cobranzas', '32841', 'Cobranzas'],
    ['another dash', '32841 – Cobranzas - Bogotá', '32841', 'Cobranzas - Bogotá'],
    ['a minus sign', '32841 \u2212 Cobranzas', '32841', 'Cobranzas'],
    ['an underscore', '32841_Cobranzas', '32841', 'Cobranzas'],
    ['a colon', '32841: Cobranzas', '32841', 'Cobranzas'],
    ['a bar', '32841 | Cobranzas', '32841', 'Cobranzas'],
    ['a bracket', '32841 (Cobranzas)', '32841', '(Cobranzas)'],
    ['a percentage', '50% Cobranzas', '50% Cobranzas', '50% Cobranzas'],
    ['a decimal number', '1.5 Cobranzas', '1.5 Cobranzas', '1.5 Cobranzas'],
    ['a dash first', '- Cobranzas', '- Cobranzas', '- Cobranzas'],
    ['a name that is a number', '32841 - 2026', '32841', '2026'],
    ['a name that begins with a dash', '32841 -- Cobranzas', '32841', '- Cobranzas'],
    ['accents', '32841 - Campaña Ñandú "A"', '32841', 'Campaña Ñandú \\"A\\"'],
    ['a line break', '32841 - dos\nlíneas', '32841', 'dos\\nlíneas'],
    ['digits of another script', '٣ - Cobranzas', '٣ - Cobranzas', '٣ - Cobranzas'],
  ])('are identified by %s', async (_what, campaign, id, name) => {
    const labels = `campaign_id="${id}",campaign_name="${name}"`
    expect(await readData('campaigns', [aCampaign({ campaign })])).toEqual({
      lines: all.map((line) => line.replace(cobranzas, labels)),
      ...CLEAN,
    })
  })

  it('take milliseconds for 60 KiB of spaces round a dash', async () => {
    const campaign = `32841${' '.repeat(30_000)}-${' '.repeat(30_000)}x`
    const startedAt = performance.now()
    const { lines } = await readData('campaigns', [aCampaign({ campaign })])
    expect(lines[1]).toBe('wolkvox_campaign_running{campaign_id="32841",campaign_name="x"} 1')
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('without a skill have an empty one, and an unreadable one is counted', async () => {
    for (const skill_id of ['', '-', null]) {
      expect(await readData('campaigns', [aCampaign({ skill_id })])).toEqual({
        lines: withLines('skill_id', noSkill),
        ...CLEAN,
      })
    }
    for (const skill_id of [[], {}, true]) {
      expect(await readData('campaigns', [aCampaign({ skill_id })])).toEqual({
        ...CLEAN,
        lines: withLines('skill_id', noSkill),
        rejected: { skill_id: 1 },
      })
    }
  })

  it('have their fields in any case', async () => {
    const { 'busy/congestion/failed': failed, answer_machine, calls_x_min, ...rest } = aCampaign()
    for (const more of [
      { 'BUSY/CONGESTION/FAILED': failed, Answer_Machine: answer_machine, Calls_X_Min: calls_x_min },
      { ' busy/congestion/failed\t': failed, ' answer_machine ': answer_machine, calls_x_min },
    ]) {
      expect(await readData('campaigns', [{ ...rest, ...more }])).toEqual({ lines: all, ...CLEAN })
    }
  })

  it('do not take a number from a name that nothing documents, but name the missing field', async () => {
    const { 'busy/congestion/failed': failed, ...rest } = aCampaign()
    for (const name of ['failed', 'busy_congestion_failed', 'busy-congestion-failed']) {
      const { lines, missing } = await readData('campaigns', [{ ...rest, [name]: failed }])
      expect(missing).toEqual(['busy/congestion/failed'])
      expect(lines.filter((line) => line.includes('result="failed"'))).toEqual([])
    }
  })

  it.each([undefined, null, '', '-', ' ', [], {}, true])(
    'need a text: %j is missing_id',
    async (campaign) => {
      const { lines, rejected } = await readData('campaigns', [aCampaign({ campaign }), aCampaign()])
      expect([lines, rejected]).toEqual([all, { missing_id: 1 }])
    },
  )

  it('keep the first of several with the same id, also if the names differ', async () => {
    const records = [aCampaign(), aCampaign({ campaign: '32841 - Renamed' }), aCampaign({ campaign: 32_841 })]
    const { lines, rejected } = await readData('campaigns', records)
    expect([lines, rejected]).toEqual([all, { duplicate: 2 }])
  })

  it('lose only the record that is not JSON', async () => {
    const broken = JSON.stringify(aCampaign({ campaign: '1 - x' })).replace('"27"', 'NaN')
    const body = `[${JSON.stringify(aCampaign())},${broken}]`
    expect(await readBody('campaigns', body)).toEqual({ ...CLEAN, lines: all, rejected: { unparsable: 1 } })
  })

  it('stay started after everything was dialled, as wolkvox sends it', async () => {
    const { lines } = await readData('campaigns', [aCampaign({ clean: '0', dial: '12,000' })])
    expect(lines.slice(1, 5).map((line) => line.slice(line.lastIndexOf(' ')))).toEqual([
      ' 1',
      ' 12000',
      ' 0',
      ' 12000',
    ])
  })
})
