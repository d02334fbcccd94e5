import { defineReport } from '../report.ts'
import { skillFamilies } from './families.ts'
import {
  createSkillReader,
  requestedThresholdFields,
  skillKeyOf,
  skillLabelsOf,
  storedSkill,
  thresholdFields,
  usualThresholds,
} from './rows.ts'

/** The queues: what waits in each skill now, and the calls and service levels of its day. */
export const skills = defineReport({
  name: 'skills',
  path: '/api/v2/real_time.php?api=skills&skill_id=all',
  // wolkvox always sends three thresholds. The parameter adds one.
  ownSettings: ['serviceLevelSeconds'],
  needlessValues: { serviceLevelSeconds: usualThresholds },
  queryOf: ({ parameters: { serviceLevelSeconds } = {} }) =>
    serviceLevelSeconds === undefined ? {} : { services_time: String(serviceLevelSeconds) },
  defaultIntervalMs: 300_000,
  rowFields: ['skill_name', ...thresholdFields],
  requestedFieldsOf: requestedThresholdFields,
  keyOf: skillKeyOf,
  createRowReader: createSkillReader,
  labelNames: ['skill_id', 'skill_name'],
  labelsOf: skillLabelsOf,
  families: skillFamilies,
  storedRow: storedSkill,
  privacyOf: () => '',
})
