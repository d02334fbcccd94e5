import type { Sample } from '../../model/family.ts'
import { readCount, readPercentage } from '../../wolkvox/values.ts'
import { fieldGauge, fieldHelp, type ReportFamily } from '../report.ts'
import { type Skill, skillLabelsOf } from './rows.ts'

/** Every family of the report, in the order in which they are exposed. */
export const skillFamilies: readonly ReportFamily<Skill>[] = [
  fieldGauge('calls_in_queue_now', 'wolkvox_skill_queued_calls', readCount, 'Calls that wait for an agent'),
  fieldGauge(
    'stat_inbound',
    'wolkvox_skill_inbound_calls',
    readCount,
    'Calls that came in today; returns to 0 when the day ends',
  ),
  fieldGauge('stat_answer', 'wolkvox_skill_answered_calls', readCount, 'Calls that agents answered today'),
  fieldGauge(
    'stat_abandon',
    'wolkvox_skill_abandoned_calls',
    readCount,
    'Calls that ended today before an agent answered',
  ),
  fieldGauge(
    'by_abandon',
    'wolkvox_skill_abandoned_ratio',
    readPercentage,
    'Share of calls abandoned today, 0 to 1',
  ),
  {
    name: 'wolkvox_skill_service_level_ratio',
    type: 'gauge',
    help: fieldHelp(
      'Share of calls answered within the threshold today, 0 to 1',
      'service_level_{threshold}seg',
    ),
    labelNames: ['skill_id', 'skill_name', 'threshold_seconds'],
    samples: serviceLevels,
  },
]

function serviceLevels(skills: readonly Skill[]): readonly Sample[] {
  return skills.flatMap((skill) =>
    Object.entries(skill.serviceLevels).map(([threshold_seconds, value]) => ({
      labels: { ...skillLabelsOf(skill), threshold_seconds },
      value,
    })),
  )
}
