import type { SimulatedCampaign } from '../centre/campaign.ts'
import { formatPercentage, ratio } from '../centre/report.ts'

/** A record of the campaigns, in the order of wolkvox's documentation. One key contains slashes. */
export interface CampaignRecord {
  readonly campaign: string
  readonly speed: string
  readonly status: string
  readonly skill_id: string
  readonly records: string
  readonly clean: string
  readonly dial: string
  readonly answer: string
  readonly no_answer: string
  readonly 'busy/congestion/failed': string
  readonly answer_machine: string
  readonly penetration_day: string
  readonly penetration_now: string
  readonly hits: string
  readonly calls_x_min: string
  readonly recycled: string
}

/** The records of the campaigns at `now`, in whole seconds since midnight of day 0. */
export function campaignRecords(campaigns: readonly SimulatedCampaign[], now: number): CampaignRecord[] {
  return campaigns.map((campaign) => {
    const { plan, results, clean, dialed, recycled, hits, passRatio } = campaign
    return {
      campaign: `${plan.id} - ${plan.name} - ${plan.strategy}`,
      speed: String(plan.speed),
      status: campaign.isStarted(now) ? 'started' : 'stopped',
      skill_id: plan.skillId,
      records: String(plan.records),
      clean: String(clean),
      dial: String(dialed),
      answer: String(results.answered),
      no_answer: String(results.noAnswer),
      'busy/congestion/failed': String(results.failed),
      answer_machine: String(results.answeringMachine),
      penetration_day: formatPercentage(ratio(plan.records - clean, plan.records)),
      penetration_now: formatPercentage(passRatio),
      hits: String(hits),
      calls_x_min: String(campaign.dialedInMinuteBefore(now)),
      recycled: String(recycled),
    }
  })
}
