import {
  type Reader,
  readCount,
  readPercentage,
  readPerMinute,
  readText,
  UNREADABLE,
} from '../../wolkvox/values.ts'
import { fieldGauge, fieldGauges, fieldHelp, type ReportFamily } from '../report.ts'
import type { Campaign } from './rows.ts'

// The two that wolkvox documents. Another text, such as one in another language, must not count as stopped.
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['started', 1],
  ['stopped', 0],
])

const readRunning: Reader<number> = (value) => {
  const text = readText(value)
  return typeof text === 'string' ? (STATUSES.get(text.toLowerCase()) ?? UNREADABLE) : text
}

/** Every family of the report, in the order in which they are exposed. */
export const campaignFamilies: readonly ReportFamily<Campaign>[] = [
  {
    field: 'skill_id',
    name: 'wolkvox_campaign_info',
    type: 'gauge',
    help: fieldHelp('The skill whose agents get the calls of the campaign, always 1', 'skill_id'),
    value: () => 1,
    labels: ({ skillId }) => ({ skill_id: skillId }),
  },
  fieldGauge(
    'status',
    'wolkvox_campaign_running',
    readRunning,
    'Whether the campaign is started (1) or stopped (0); it can stay started after everything was dialled',
  ),
  fieldGauge('records', 'wolkvox_campaign_records', readCount, 'Records of the campaign'),
  fieldGauge(
    'clean',
    'wolkvox_campaign_remaining_records',
    readCount,
    'Records that have not been dialled yet',
  ),
  fieldGauge('dial', 'wolkvox_campaign_dialed_records', readCount, 'Records that have been dialled'),
  ...fieldGauges('wolkvox_campaign_results', readCount, 'Dialled records by result', {
    answer: { result: 'answered' },
    no_answer: { result: 'no_answer' },
    'busy/congestion/failed': { result: 'failed' },
    answer_machine: { result: 'answering_machine' },
  }),
  fieldGauge('hits', 'wolkvox_campaign_hits', readCount, 'Records with a hit, as wolkvox counts them'),
  ...fieldGauges(
    'wolkvox_campaign_penetration_ratio',
    readPercentage,
    'Share of the records that were reached, 0 to 1, today and now',
    { penetration_day: { window: 'day' }, penetration_now: { window: 'now' } },
  ),
  fieldGauge(
    'recycled',
    'wolkvox_campaign_recycled_records',
    readCount,
    'Records that were put back to be dialled again',
  ),
  fieldGauge(
    'calls_x_min',
    'wolkvox_campaign_dial_rate',
    readPerMinute,
    'Calls that are dialled each second',
  ),
]
