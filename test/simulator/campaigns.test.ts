import { describe, expect, it } from 'vitest'
import { behaviour } from '../../src/simulator/centre/behaviour.ts'
import { type CampaignPlan, SimulatedCampaign } from '../../src/simulator/centre/campaign.ts'
import { Centre, type CentreOptions } from '../../src/simulator/centre/centre.ts'
import { day, hour } from '../../src/simulator/centre/time.ts'
import { centreAt, oneSkill, recordsOfCentre, worksToday } from './helpers.ts'

const sumOfResults = ({ results }: SimulatedCampaign) =>
  Object.values(results).reduce((sum, calls) => sum + calls, 0)

const aPlan: CampaignPlan = {
  id: '1',
  name: 'Prueba',
  strategy: 'Predictiva',
  skillId: oneSkill[0]?.id ?? '',
  records: 60,
  readyReserve: 0,
  speed: 3,
  callsPerMinute: 2,
  from: 9 * hour,
  to: 18 * hour,
  recycles: false,
  stopsWhenFinished: false,
  results: { answered: 0.3, noAnswer: 0.4, failed: 0.2, answeringMachine: 0.1 },
}

/** A centre of 20 agents and one skill with one campaign, and that campaign. */
function withCampaign(plan: Partial<CampaignPlan>, options: Partial<CentreOptions> = {}) {
  const centre = new Centre({
    agents: 20,
    seed: 1,
    skills: oneSkill,
    campaigns: [{ ...aPlan, ...plan }],
    ...options,
  })
  const [campaign = expect.fail()] = centre.campaigns
  return { centre, campaign }
}

describe.each([1, 10, 100])('the campaigns of %d agents', (agents) => {
  it('have results that add up to the dialled records, at any second', () => {
    const centre = new Centre({ agents, seed: 3 })
    for (let second = 7 * hour; second < 22 * hour; second += 211) {
      centre.advanceTo(second)
      for (const campaign of centre.campaigns) {
        const { plan, dialed, clean, recycled, results, connected, hits } = campaign
        expect(sumOfResults(campaign)).toBe(dialed)
        expect(clean + dialed - recycled).toBe(plan.records)
        expect(connected).toBeLessThanOrEqual(results.answered)
        expect(hits).toBeLessThanOrEqual(connected)
      }
    }
    expect(centre.campaigns.length).toBeGreaterThan(0)
    for (const { dialed } of centre.campaigns) expect(dialed).toBeGreaterThan(0)
  })

  it('add their connected calls to the outbound calls of the agents', () => {
    const withoutOthers = { ...behaviour, idleSecondsBeforeOutbound: () => undefined }
    const centre = new Centre({ agents, seed: 3, behaviour: withoutOthers })
    for (let second = 8 * hour; second < 22 * hour; second += 1801) {
      centre.advanceTo(second)
      const outbound = recordsOfCentre(centre)
        .filter(worksToday)
        .reduce((sum, record) => sum + Number(record.outbound), 0)
      expect(outbound).toBe(centre.campaigns.reduce((sum, { connected }) => sum + connected, 0))
    }
    expect(centre.campaigns.some(({ connected }) => connected > 0)).toBe(true)
  })
})

describe('a campaign', () => {
  it('dials only during its hours', () => {
    const { centre, campaign } = withCampaign({ records: 100_000 })
    centre.advanceTo(9 * hour - 1)
    expect(campaign.dialed).toBe(0)
    centre.advanceTo(18 * hour + 60)
    const { dialed } = campaign
    expect(dialed).toBeGreaterThan(300)
    centre.advanceTo(21 * hour)
    expect(campaign.dialed).toBe(dialed)
    expect(campaign.isStarted(centre.now)).toBe(false)
  })

  it('starts no more calls than its rate allows', () => {
    const { centre, campaign } = withCampaign({ records: 100_000, callsPerMinute: 2 })
    centre.advanceTo(9 * hour)
    let before = 0
    for (let second = 9 * hour; second < 18 * hour; second += hour) {
      centre.advanceTo(second + hour)
      // Calls that were due and could not start come later.
      expect(campaign.dialed - before).toBeLessThanOrEqual(120 + 10)
      before = campaign.dialed
    }
    expect(before).toBeGreaterThan(500)
  })

  it('has at most its number of calls in progress for each ready agent', () => {
    const { centre, campaign } = withCampaign({ records: 100_000, callsPerMinute: 600, speed: 2 })
    centre.advanceTo(9 * hour)
    let before = campaign.inProgress
    while (centre.now < 11 * hour) {
      centre.advanceTo(centre.now + 1)
      const [skill = expect.fail()] = centre.skills
      if (campaign.inProgress > before) {
        // A call can end, and an agent can become ready, in the same second.
        expect(campaign.inProgress).toBeLessThanOrEqual(2 * centre.readyAgents(skill) + 8)
      }
      before = campaign.inProgress
    }
  })

  it('leaves ready agents for inbound calls', () => {
    const { centre, campaign } = withCampaign({ records: 100_000, callsPerMinute: 600, readyReserve: 3 })
    centre.advanceTo(9 * hour)
    let [before, dialedAbove] = [campaign.inProgress, 0]
    const [skill = expect.fail()] = centre.skills
    while (centre.now < 12 * hour) {
      const readyBefore = centre.readyAgents(skill)
      centre.advanceTo(centre.now + 1)
      // An agent can become ready in the same second.
      if (campaign.inProgress > before) {
        dialedAbove += 1
        expect(Math.max(readyBefore, centre.readyAgents(skill))).toBeGreaterThan(2)
      }
      before = campaign.inProgress
    }
    expect(dialedAbove).toBeGreaterThan(50)
  })

  it('does not dial while no agent works', () => {
    const { centre, campaign } = withCampaign({ from: 0, to: day, records: 100_000 })
    centre.advanceTo(5 * hour)
    expect(campaign.dialed).toBe(0)
    centre.advanceTo(10 * hour)
    expect(campaign.dialed).toBeGreaterThan(0)
  })

  it('dials each record once and stays started with nothing left', () => {
    const { centre, campaign } = withCampaign({})
    centre.advanceTo(17 * hour)
    expect(campaign).toMatchObject({ clean: 0, dialed: 60, recycled: 0, passRatio: 1 })
    expect(campaign.isStarted(centre.now)).toBe(true)
    expect(campaign.dialedInMinuteBefore(centre.now)).toBe(0)
  })

  it('stops with nothing left if it is planned so', () => {
    const { centre, campaign } = withCampaign({ stopsWhenFinished: true })
    centre.advanceTo(9.1 * hour)
    expect(campaign.isStarted(centre.now)).toBe(true)
    centre.advanceTo(17 * hour)
    expect(campaign.isStarted(centre.now)).toBe(false)
  })

  it('dials the records without an answer once more if it recycles', () => {
    const { centre, campaign } = withCampaign({ recycles: true })
    let answered = 0
    while (campaign.clean > 0) {
      centre.advanceTo(centre.now + 1)
      answered = campaign.results.answered
    }
    centre.advanceTo(17.5 * hour)
    expect(campaign.recycled).toBe(60 - answered)
    expect(campaign.dialed).toBe(120 - answered)
    expect(sumOfResults(campaign)).toBe(campaign.dialed)
  })

  it('has results in the planned proportions', () => {
    const { centre, campaign } = withCampaign({ records: 100_000, callsPerMinute: 30 })
    centre.advanceTo(18 * hour)
    expect(campaign.dialed).toBeGreaterThan(2000)
    for (const [result, share] of Object.entries(aPlan.results)) {
      const counted = Object.entries(campaign.results).find(([name]) => name === result)?.[1] ?? 0
      // Four standard deviations of a binomial distribution.
      const deviation = Math.sqrt(share * (1 - share) * campaign.dialed)
      expect(Math.abs(counted - share * campaign.dialed)).toBeLessThan(4 * deviation)
    }
  })

  it('loads its list again at midnight', () => {
    const { centre, campaign } = withCampaign({ recycles: true })
    centre.advanceTo(day)
    expect(campaign).toMatchObject({ clean: 60, dialed: 0, recycled: 0, connected: 0, hits: 0, passRatio: 0 })
    centre.advanceTo(day + 12 * hour)
    expect(campaign.dialed).toBeGreaterThan(0)
    expect(sumOfResults(campaign)).toBe(campaign.dialed)
  })

  it('for an unknown skill is an error', () => {
    expect(() => withCampaign({ skillId: '1' })).toThrow(RangeError)
  })
})

describe('an override of a campaign', () => {
  it('stops it and starts it', () => {
    const { centre, campaign } = withCampaign({ records: 100_000 })
    centre.advanceTo(10 * hour)
    campaign.statusOverride = 'stopped'
    centre.advanceTo(10 * hour + 60)
    const { dialed } = campaign
    centre.advanceTo(11 * hour)
    expect(campaign.dialed).toBe(dialed)
    campaign.statusOverride = 'started'
    centre.advanceTo(12 * hour)
    expect(campaign.dialed).toBeGreaterThan(dialed + 30)
  })

  it('changes the share of answering machines and keeps the proportions of the others', () => {
    const { centre, campaign } = withCampaign({ records: 100_000, callsPerMinute: 30 })
    campaign.setAnsweringMachineShare(0.8)
    centre.advanceTo(18 * hour)
    const { answered, noAnswer, failed, answeringMachine } = campaign.results
    expect(answeringMachine / campaign.dialed).toBeCloseTo(0.8, 1)
    expect(noAnswer / (answered + noAnswer + failed)).toBeCloseTo(4 / 9, 1)
    campaign.setAnsweringMachineShare(undefined)
    expect(campaign.resultShares.find(({ value }) => value === 'answeringMachine')?.share).toBe(0.1)
  })
})

describe('the calls of the last minute', () => {
  it('are those that ended in the 60 seconds up to now', () => {
    const campaign = new SimulatedCampaign(aPlan)
    const endCalls = (second: number, calls: number) => {
      for (let call = 0; call < calls; call += 1) {
        campaign.startCall()
        campaign.endCall('noAnswer', second)
      }
      return campaign.dialedInMinuteBefore(second)
    }
    expect([endCalls(100, 2), endCalls(130, 1), endCalls(159, 1), endCalls(160, 1)]).toEqual([2, 3, 4, 3])
    expect([189, 190, 219, 220].map((now) => campaign.dialedInMinuteBefore(now))).toEqual([3, 2, 1, 0])
  })
})

describe('the default campaigns', () => {
  it.each([
    [0, 0],
    [1, 1],
    [5, 3],
    [60, 3],
    [200, 4],
  ])('of %d agents are %d', (agents, expected) => {
    expect(new Centre({ agents, seed: 1 }).campaigns).toHaveLength(expected)
  })

  it('include one that is started with nothing left, but not in a calm centre', () => {
    const idle = (calm: boolean) => {
      const centre = centreAt('18:30', 200, 1, { calm })
      return centre.campaigns.filter((campaign) => campaign.isStarted(centre.now) && campaign.remaining === 0)
    }
    expect(idle(false).map(({ plan }) => plan.name)).toEqual(['Encuesta de satisfacción'])
    expect(idle(true)).toEqual([])
  })
})
