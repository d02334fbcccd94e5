import { describe, expect, it } from 'vitest'
import { dayAt } from '../../../src/scheduling/account-day.ts'
import { simulatorDefaults } from '../../../src/simulator/simulator.ts'
import { encodeAccount } from '../../../src/storage/account-file.ts'
import { writeFileAtomic } from '../../../src/storage/atomic-file.ts'
import { eventually } from '../../../tools/eventually.ts'
import { anOperation } from '../../../tools/fixtures.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { storedFile } from '../../support/stored-files.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { Notification } from './alerting.ts'
import { startChain, startSite } from './chain.ts'

/** The fewest with which an exporter may call every second: 87,000 calls a day. */
const LICENSES = 87

/** A time zone in which it is between 11:30 and 12:30 now, so that half of the day is left. */
function zoneAtNoon(): string {
  const ahead = 12 - new Date(Date.now() + 30 * 60_000).getUTCHours()
  // These names have the opposite sign: Etc/GMT-3 is three hours ahead.
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`
}

/** An operation that has used this many calls today before its exporter starts. */
async function startWithUsedCalls(name: string, server: string, count: number) {
  const folder = temporaryFolder()
  const timeZone = zoneAtNoon()
  const environment = {
    WOLKVOX_SERVER: server,
    WOLKVOX_LICENSES: String(LICENSES),
    WOLKVOX_TIMEZONE: timeZone,
  }
  return startSite(name, environment, {}, async (baseUrl) => {
    const now = Date.now()
    const account = { requestsOfDay: { day: dayAt(now, timeZone), count }, schedules: {} }
    const operation = anOperation({ name, server, baseUrl, timeZone })
    const bytes = encodeAccount(operation, account, now)
    await writeFileAtomic(storedFile(folder, 'account', operation), bytes)
    return [`--storage.path=${folder}`]
  })
}

/** Another program with the same token makes all the calls of one licence. */
async function useAllCalls(url: string): Promise<void> {
  const { token } = simulatorDefaults
  for (let call = 0; call < 1000; call += 1)
    await (
      await fetch(`${url}/api/v2/real_time.php?api=none`, { headers: { 'wolkvox-token': token } })
    ).text()
}

const descriptions = ({ alerts }: Notification) => alerts.map(({ annotations }) => annotations.description)

describe.skipIf(!haveTools('prometheus', 'prometheus-alertmanager'))('notifications for operators', () => {
  it('receives only the failing operations with reasons, then stale data, then the resolution', async () => {
    const [failing, hanging, old, well] = await Promise.all([
      startSite('failing', { WOLKVOX_REPORTS: 'agents,token_info' }),
      startSite('hanging', { WOLKVOX_TIMEOUT: '1s' }),
      startSite('old', { WOLKVOX_TIMEOUT: '4s', WOLKVOX_STALE_AFTER: '5s' }),
      startSite('well', { WOLKVOX_REPORTS: 'agents,token_info' }),
    ])
    const { received, notifiedAlerts, waitForNotification, inhibitor } = await startChain([
      failing,
      hanging,
      old,
      well,
    ])
    await failing.fail('error500')
    await hanging.fail('hang')
    await old.fail('error500')
    const why = async (operation: string) =>
      descriptions(await waitForNotification('WolkvoxRefreshFailing', operation, 'firing'))
    // Alertmanager may send one report before the other.
    const ofBothReports = await eventually(
      'messages about both reports',
      () => {
        const found = received()
          .filter(({ groupLabels }) => groupLabels.operation === 'failing')
          .flatMap(descriptions)
        return new Set(found).size < 2 ? undefined : [...new Set(found)].sort()
      },
      60_000,
    )
    expect(ofBothReports).toEqual(
      ['agents', 'token_info'].map(
        (report) =>
          `At least two refreshes of the report ${report} of failing in a row have failed, the last one with the reason http_error. The last good data is shown until it is too old.`,
      ),
    )
    expect(await why('hanging')).toEqual([
      'At least two refreshes of the report agents of hanging in a row have failed, the last one with the reason timeout. The last good data is shown until it is too old.',
    ])

    expect(descriptions(await waitForNotification('WolkvoxDataStale', 'old', 'firing'))).toEqual([
      expect.stringMatching(/^The last good data of old is \d.* old\. The exporter has removed the agents/),
    ])
    expect(await inhibitor('WolkvoxRefreshFailing', 'old')).toBe('WolkvoxDataStale')

    await failing.clearFault()
    await hanging.clearFault()
    await old.clearFault()
    await waitForNotification('WolkvoxRefreshFailing', 'failing', 'resolved')
    await waitForNotification('WolkvoxRefreshFailing', 'hanging', 'resolved')
    await waitForNotification('WolkvoxDataStale', 'old', 'resolved')
    // WolkvoxDataStale can inhibit WolkvoxRefreshFailing of "old" before its first notification.
    const certain = notifiedAlerts().filter((alert) => alert !== 'WolkvoxRefreshFailing of old')
    expect(certain.sort()).toEqual([
      'WolkvoxDataStale of old',
      'WolkvoxRefreshFailing of failing',
      'WolkvoxRefreshFailing of hanging',
    ])
  }, 300_000)

  it('receives unreadable fields and a truncated report if enabled, then the resolution', async () => {
    const [ventas, cut] = await Promise.all([
      startSite('ventas'),
      // A longer interval, because 60,000 records need more time.
      startSite('cut', { WOLKVOX_REFRESH_INTERVAL: '5s' }),
    ])
    const { notifiedAlerts, waitForNotification } = await startChain([ventas, cut], { notifyInfo: true })
    await ventas.fail('unreadable')
    await cut.fail('full')
    const rejected = await waitForNotification('WolkvoxValuesRejected', 'ventas', 'firing')
    expect(rejected.alerts.map(({ labels, annotations }) => [labels.severity, annotations.summary])).toEqual(
      ['acw_time', 'calls', 'login_time', 'ocupation'].map((field) => [
        'info',
        `The exporter cannot read some values of ${field} in the report agents of ventas.`,
      ]),
    )
    expect(descriptions(await waitForNotification('WolkvoxResponseTruncated', 'cut', 'firing'))).toEqual([
      'The last response for the report agents of cut contained the maximum number of records. Records beyond it are missing.',
    ])
    expect(descriptions(await waitForNotification('WolkvoxRecordsRejected', 'cut', 'firing'))).toEqual([
      expect.stringMatching(
        /^At the last refreshes the exporter left out about \d+ records \(duplicate\)\. They are not shown\.$/,
      ),
    ])
    await ventas.clearFault()
    await cut.clearFault()
    await waitForNotification('WolkvoxValuesRejected', 'ventas', 'resolved')
    await waitForNotification('WolkvoxResponseTruncated', 'cut', 'resolved')
    await waitForNotification('WolkvoxRecordsRejected', 'cut', 'resolved')
    expect(notifiedAlerts().sort()).toEqual([
      'WolkvoxRecordsRejected of cut',
      'WolkvoxResponseTruncated of cut',
      'WolkvoxValuesRejected of ventas',
    ])
  }, 180_000)

  it('receives broken limits and rules, while the limit of one operation applies', async () => {
    const [ventas, cobranza] = await Promise.all([startSite('ventas'), startSite('cobranza')])
    const { waitForNotification, notifiedAlerts } = await startChain([ventas, cobranza], {
      moreLimits: [
        ['vector(600)', 'limit: acw_seconds, operation: cobranza'],
        // Prometheus keeps the first of two entries with the same labels and reports no failure.
        ['vector(5)', 'limit: ring_seconds'],
        // Matching with two series always fails. With `up`, it would succeed until the second target is scraped.
        [
          'vector(1) * on () (vector(1) or label_replace(vector(1), "other", "1", "", ""))',
          'limit: talk_seconds, operation: ventas',
        ],
      ],
    })
    for (const site of [ventas, cobranza]) {
      const [writer] = site.simulator.report().filter(({ agent_status }) => agent_status === 'TALK')
      await site.overrideState([writer?.agent_id ?? ''], 'ACW', 400)
    }
    const invalid = await waitForNotification('WolkvoxLimitInvalid', undefined, 'firing')
    expect(invalid.alerts.map(({ labels }) => labels.problem)).toEqual(['not one series each'])
    const failing = await waitForNotification('WolkvoxRulesFailing', undefined, 'firing')
    expect(failing.alerts.map(({ labels }) => labels.rule_group)).toEqual([
      expect.stringMatching(/limits\.yml;wolkvox-limits$/),
    ])
    await waitForNotification('WolkvoxAgentAcwLong', 'ventas', 'firing')
    expect(notifiedAlerts().sort()).toEqual([
      'WolkvoxAgentAcwLong of ventas',
      'WolkvoxLimitInvalid',
      'WolkvoxRulesFailing',
    ])
  }, 180_000)

  it('receives the quota usage, in one message for each account', async () => {
    const [shared, ...others] = await Promise.all([
      startSite('shared', { WOLKVOX_SERVER: '0101' }, { licenses: 1 }),
      startWithUsedCalls('soon', '0102', 60_000),
      startWithUsedCalls('nearly', '0103', 80_000),
      startWithUsedCalls('all', '0104', LICENSES * 1000),
    ])
    const { notifiedAlerts, waitForNotification, inhibitor } = await startChain([shared, ...others])
    await useAllCalls(shared.simulator.url)
    const descriptionsOf = async (alertname: string, account: string) =>
      descriptions(await waitForNotification(alertname, account, 'firing'))
    expect(await descriptionsOf('WolkvoxQuotaForecast', '0102')).toEqual([
      expect.stringMatching(
        /^At the rate of the last hour, the account 0102 needs 1\d\d(\.\d+)?% of the calls .* account: soon\.$/,
      ),
    ])
    expect(await descriptionsOf('WolkvoxQuotaNearlyExhausted', '0103')).toEqual([
      expect.stringMatching(
        /^9[12](\.\d+)?% of the calls that wolkvox allows the account 0103 today are used\. .* account: nearly\.$/,
      ),
    ])
    expect(await descriptionsOf('WolkvoxQuotaExhausted', '0104')).toEqual([
      `The account 0104 has used the ${LICENSES * 1000} calls of its licences today. Operations of the account: all. The exporter sends no more until the day ends.`,
    ])
    expect(await descriptionsOf('WolkvoxQuotaExhausted', '0101')).toEqual([
      'wolkvox allows no more calls for the account 0101 today. Operations of the account: shared. The exporter tries one call every 30 minutes until the day ends.',
    ])
    expect(await inhibitor('WolkvoxQuotaForecast', '0103')).toBe('WolkvoxQuotaNearlyExhausted')
    expect(await inhibitor('WolkvoxQuotaNearlyExhausted', '0104')).toBe('WolkvoxQuotaExhausted')
    expect(await inhibitor('WolkvoxRefreshFailing', 'shared')).toBe('WolkvoxQuotaExhausted')
    expect(notifiedAlerts().sort()).toEqual([
      'WolkvoxQuotaExhausted of 0101',
      'WolkvoxQuotaExhausted of 0104',
      'WolkvoxQuotaForecast of 0102',
      'WolkvoxQuotaNearlyExhausted of 0103',
    ])
  }, 180_000)
})
