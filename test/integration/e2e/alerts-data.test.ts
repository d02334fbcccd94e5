import { describe, expect, it } from 'vitest'
import { dayAt } from '../../../src/refresh/day.ts'
import { simulatorDefaults } from '../../../src/simulator/simulator.ts'
import { writeFileAtomic } from '../../../src/storage/atomic-file.ts'
import { encodeCalls } from '../../../src/storage/calls-file.ts'
import { fileOf } from '../../../src/storage/file-names.ts'
import { anOperation } from '../../support/helpers.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { Notification } from './alerting.ts'
import { startChain, startLink } from './chain.ts'

/** As few as an exporter that asks every second may be told of: 87,000 calls a day. */
const LICENSES = 87

/** Where it is between 11:30 and 12:30 now, so that half a day is still to come. */
function zoneAtNoon(): string {
  const ahead = 12 - new Date(Date.now() + 30 * 60_000).getUTCHours()
  // The sign of these names is turned: Etc/GMT-3 is three hours ahead.
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}

/** An operation that has spent so many calls today before its exporter is started. */
async function startSpender(name: string, count: number) {
  const folder = temporaryFolder()
  const timeZone = zoneAtNoon()
  const now = Date.now()
  const calls = { requestsOfDay: { day: dayAt(now, timeZone), count }, quotaSpentOn: undefined }
  const operation = anOperation({ name, server: simulatorDefaults.server, timeZone })
  const bytes = encodeCalls(operation, { ...calls, nextRefreshAt: now }, now)
  await writeFileAtomic(fileOf(folder, name, 'calls'), bytes)
  const environment = { WOLKVOX_LICENSES: String(LICENSES), WOLKVOX_TIMEZONE: timeZone }
  return startLink(name, environment, {}, [`--storage.path=${folder}`])
}

/** Another program with the same token makes all the calls of one licence. */
async function spend(url: string): Promise<void> {
  const { token } = simulatorDefaults
  for (let call = 0; call < 1000; call += 1)
    await (
      await fetch(`${url}/api/v2/real_time.php?api=none`, { headers: { 'wolkvox-token': token } })
    ).text()
}

const descriptions = ({ alerts }: Notification) => alerts.map(({ annotations }) => annotations.description)

describe.skipIf(!haveTools('prometheus', 'prometheus-alertmanager'))('who runs the exporter', () => {
  it('is told of each operation that fails, why, and of no other; then that its data is too old; then that all is well', async () => {
    const [failing, hanging, old, well] = await Promise.all([
      startLink('failing'),
      startLink('hanging', { WOLKVOX_TIMEOUT: '1s' }),
      startLink('old', { WOLKVOX_TIMEOUT: '4s', WOLKVOX_STALE_AFTER: '5s' }),
      startLink('well'),
    ])
    const { told, arrival, inhibitor } = await startChain([failing, hanging, old, well])
    await failing.fail('error500')
    await hanging.fail('hang')
    await old.fail('error500')
    const why = async (operation: string) =>
      descriptions(await arrival('WolkvoxRefreshFailing', operation, 'firing'))
    expect(await why('failing')).toEqual([
      'At least two refreshes of failing in a row have failed, the last one with the reason http_error. The last good data is shown until it is too old.',
    ])
    expect(await why('hanging')).toEqual([
      'At least two refreshes of hanging in a row have failed, the last one with the reason timeout. The last good data is shown until it is too old.',
    ])

    expect(descriptions(await arrival('WolkvoxDataOld', 'old', 'firing'))).toEqual([
      expect.stringMatching(/^The last good data of old is \d.* old\. The exporter has removed the agents/),
    ])
    expect(await inhibitor('WolkvoxRefreshFailing', 'old')).toBe('WolkvoxDataOld')

    await failing.mend()
    await hanging.mend()
    await old.mend()
    await arrival('WolkvoxRefreshFailing', 'failing', 'resolved')
    await arrival('WolkvoxRefreshFailing', 'hanging', 'resolved')
    await arrival('WolkvoxDataOld', 'old', 'resolved')
    // At this pace old's first message may be of the failures, as in production it always is.
    expect(new Set([...told(), 'WolkvoxRefreshFailing of old'])).toEqual(
      new Set([
        'WolkvoxDataOld of old',
        'WolkvoxRefreshFailing of failing',
        'WolkvoxRefreshFailing of hanging',
        'WolkvoxRefreshFailing of old',
      ]),
    )
  }, 300_000)

  it('is told which fields cannot be read, and of an answer without an end, where he wants to know; then that all is well', async () => {
    const [ventas, cut] = await Promise.all([
      startLink('ventas'),
      // It is fetched less often, as 60,000 records take a moment.
      startLink('cut', { WOLKVOX_REFRESH_INTERVAL: '5s' }),
    ])
    const { told, arrival } = await startChain([ventas, cut], { tellInfo: true })
    await ventas.fail('unreadable')
    await cut.fail('full')
    const rejected = await arrival('WolkvoxValuesRejected', 'ventas', 'firing')
    expect(rejected.alerts.map(({ labels, annotations }) => [labels.severity, annotations.summary])).toEqual(
      ['acw_time', 'calls', 'login_time', 'ocupation'].map((field) => [
        'info',
        `The exporter cannot read some values of ${field} of ventas.`,
      ]),
    )
    expect(descriptions(await arrival('WolkvoxAnswerCut', 'cut', 'firing'))).toEqual([
      'The last answer for cut contained the maximum number of records. Agents beyond it are missing.',
    ])
    expect(descriptions(await arrival('WolkvoxRecordsRejected', 'cut', 'firing'))).toEqual([
      expect.stringMatching(
        /^At the last refreshes the exporter left out about \d+ records \(duplicate\)\. Those agents are/,
      ),
    ])
    await ventas.mend()
    await cut.mend()
    await arrival('WolkvoxValuesRejected', 'ventas', 'resolved')
    await arrival('WolkvoxAnswerCut', 'cut', 'resolved')
    await arrival('WolkvoxRecordsRejected', 'cut', 'resolved')
    expect(told().sort()).toEqual([
      'WolkvoxAnswerCut of cut',
      'WolkvoxRecordsRejected of cut',
      'WolkvoxValuesRejected of ventas',
    ])
  }, 180_000)

  it('is told of limits and rules that do not work, while the limit of one operation is used', async () => {
    const [ventas, cobranza] = await Promise.all([startLink('ventas'), startLink('cobranza')])
    const { arrival, told } = await startChain([ventas, cobranza], {
      moreLimits: [
        ['vector(600)', 'limit: acw_seconds, operation: cobranza'],
        // Prometheus keeps the first of two entries with the same labels and reports no failure.
        ['vector(5)', 'limit: ring_seconds'],
        // Many-to-many matching.
        ['up * on () group_left () up', 'limit: talk_seconds, operation: ventas'],
      ],
    })
    for (const link of [ventas, cobranza]) {
      const [writer] = link.simulator.report().filter(({ agent_status }) => agent_status === 'TALK')
      await link.hold([writer?.agent_id ?? ''], 'ACW', 400)
    }
    const invalid = await arrival('WolkvoxLimitInvalid', undefined, 'firing')
    expect(invalid.alerts.map(({ labels }) => labels.problem)).toEqual(['not one series each'])
    const failing = await arrival('WolkvoxRulesFailing', undefined, 'firing')
    expect(failing.alerts.map(({ labels }) => labels.rule_group)).toEqual([
      expect.stringMatching(/limits\.yml;wolkvox-limits$/),
    ])
    await arrival('WolkvoxAgentAcwLong', 'ventas', 'firing')
    expect(told().sort()).toEqual([
      'WolkvoxAgentAcwLong of ventas',
      'WolkvoxLimitInvalid',
      'WolkvoxRulesFailing',
    ])
  }, 180_000)

  it('is told how far the day’s calls are spent, each time in one message, whoever has spent them', async () => {
    const [shared, ...others] = await Promise.all([
      startLink('shared', {}, { licenses: 1 }),
      startSpender('soon', 60_000),
      startSpender('nearly', 80_000),
      startSpender('all', LICENSES * 1000),
    ])
    const { told, arrival, inhibitor } = await startChain([shared, ...others])
    await spend(shared.simulator.url)
    const says = async (alertname: string, operation: string) =>
      descriptions(await arrival(alertname, operation, 'firing'))
    expect(await says('WolkvoxQuotaForecast', 'soon')).toEqual([
      expect.stringMatching(/^At the rate of the last hour, soon needs 1\d\d(\.\d+)?% of the calls/),
    ])
    expect(await says('WolkvoxQuotaNearlySpent', 'nearly')).toEqual([
      expect.stringMatching(/^9[12](\.\d+)?% of the calls that wolkvox allows nearly today are spent\.$/),
    ])
    for (const operation of ['all', 'shared']) {
      expect(await says('WolkvoxQuotaSpent', operation)).toEqual([
        `wolkvox allows no more calls for ${operation} today. The exporter tries one call every 30 minutes until the day turns.`,
      ])
    }
    expect(await inhibitor('WolkvoxQuotaForecast', 'nearly')).toBe('WolkvoxQuotaNearlySpent')
    expect(await inhibitor('WolkvoxQuotaNearlySpent', 'all')).toBe('WolkvoxQuotaSpent')
    expect(await inhibitor('WolkvoxRefreshFailing', 'shared')).toBe('WolkvoxQuotaSpent')
    expect(told().sort()).toEqual([
      'WolkvoxQuotaForecast of soon',
      'WolkvoxQuotaNearlySpent of nearly',
      'WolkvoxQuotaSpent of all',
      'WolkvoxQuotaSpent of shared',
    ])
  }, 180_000)
})
