import { defineReport } from '../report.ts'
import { campaignFamilies } from './families.ts'
import { campaignKeyOf, campaignLabelsOf, createCampaignReader, storedCampaign } from './rows.ts'

/** The predictive campaigns: what is left to dial, and the results of the calls. */
export const campaigns = defineReport({
  name: 'campaigns',
  path: '/api/v2/real_time.php?api=campaigns',
  defaultIntervalMs: 300_000,
  rowFields: ['campaign', 'skill_id'],
  keyOf: campaignKeyOf,
  createRowReader: createCampaignReader,
  labelNames: ['campaign_id', 'campaign_name'],
  labelsOf: campaignLabelsOf,
  families: campaignFamilies,
  storedRow: storedCampaign,
  privacyOf: () => '',
})
