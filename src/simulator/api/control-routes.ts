import type { FastifyInstance, FastifyReply } from 'fastify'
import { day, dayOf, formatHhMmSs } from '../centre/time.ts'
import { faultNames, isFaultName } from './faults.ts'
import type { SimulatedOperation } from './operation.ts'

const faultSchema = {
  body: { type: 'object', required: ['fault'], properties: { fault: { type: 'string' } } },
}

const overrideSchema = {
  body: {
    type: 'object',
    required: ['agents', 'state', 'seconds'],
    properties: {
      agents: { type: 'array', items: { type: 'string' } },
      state: { type: 'string', minLength: 1 },
      seconds: { type: 'integer', minimum: 0 },
    },
  },
}

const ids = { type: 'array', items: { type: 'string' } } as const

const demandSchema = {
  body: {
    type: 'object',
    required: ['skills', 'demand'],
    properties: { skills: ids, demand: { type: 'number', minimum: 0, maximum: 100 } },
  },
}

const campaignSchema = {
  body: {
    type: 'object',
    required: ['campaigns'],
    properties: {
      campaigns: ids,
      status: { enum: ['started', 'stopped'] },
      answering_machine_share: { type: 'number', minimum: 0, maximum: 1 },
    },
  },
}

const networkSchema = { body: { type: 'object', required: ['agents'], properties: { agents: ids } } }

/** Multiplies the calls of skills by `demand`. */
interface DemandRequest {
  readonly skills: readonly string[]
  readonly demand: number
}

/** Replaces the schedule of campaigns, and the share of answering machines among their calls. */
interface CampaignRequest {
  readonly campaigns: readonly string[]
  readonly status?: 'started' | 'stopped'
  readonly answering_machine_share?: number
}

/** Makes the connections of agents poor. */
interface NetworkRequest {
  readonly agents: readonly string[]
}

/** The response if some of `requested` do not exist; otherwise `undefined`. */
function rejectUnknown(
  kind: string,
  requested: readonly string[],
  existing: readonly string[],
  reply: FastifyReply,
): FastifyReply | undefined {
  const known = new Set(existing)
  const unknown = requested.filter((id) => !known.has(id))
  if (unknown.length === 0) return undefined
  return reply.code(404).send({ message: `unknown ${kind}: ${unknown.join(', ')}` })
}

const agentIds = ({ centre }: SimulatedOperation) => centre.agents.map(({ id }) => id)

/** Sets the state of agents; they have been in it for `seconds`. */
interface OverrideRequest {
  readonly agents: readonly string[]
  readonly state: string
  readonly seconds: number
}

/** The body of `GET /simulator`. */
function statusOf(operation: SimulatedOperation) {
  const now = operation.now()
  return {
    day: dayOf(now),
    time: formatHhMmSs(now % day),
    calls: operation.limiter.totalRequests,
    requests: operation.requests,
    fault: operation.fault ?? null,
    faults: faultNames,
    held: [...operation.stateOverrides.keys()],
    skills: operation.centre.skills.map(({ plan }) => plan.id),
    campaigns: operation.centre.campaigns.map(({ plan }) => plan.id),
  }
}

/** Serves the simulator's own paths: read its status, set a fault, override what happens in the centre. */
export function addControlRoutes(app: FastifyInstance, operation: SimulatedOperation): void {
  app.get('/simulator', async () => statusOf(operation))
  app.put<{ Body: { fault: string } }>(
    '/simulator/fault',
    { schema: faultSchema },
    async ({ body: { fault } }, reply) => {
      if (!isFaultName(fault)) {
        return reply.code(400).send({ message: `unknown fault; use one of ${faultNames.join(', ')}` })
      }
      operation.fault = fault
      return statusOf(operation)
    },
  )
  app.delete('/simulator/fault', async () => {
    operation.fault = undefined
    return statusOf(operation)
  })
  app.put<{ Body: OverrideRequest }>(
    '/simulator/agents',
    { schema: overrideSchema },
    async ({ body: { agents, state, seconds } }, reply) => {
      const rejected = rejectUnknown('agents', agents, agentIds(operation), reply)
      if (rejected !== undefined) return rejected
      const override = { state, since: operation.now() - seconds }
      operation.stateOverrides = new Map([
        ...operation.stateOverrides,
        ...agents.map((id) => [id, override] as const),
      ])
      return statusOf(operation)
    },
  )
  app.delete('/simulator/agents', async () => {
    operation.stateOverrides = new Map()
    return statusOf(operation)
  })
  addDemandRoutes(app, operation)
  addCampaignRoutes(app, operation)
  addNetworkRoutes(app, operation)
}

function addDemandRoutes(app: FastifyInstance, operation: SimulatedOperation): void {
  const { centre } = operation
  const setDemand = (skills: readonly string[], factor: number) => {
    operation.now()
    for (const id of skills) centre.setDemandFactor(id, factor)
    return statusOf(operation)
  }
  const skillIds = centre.skills.map(({ plan }) => plan.id)
  app.put<{ Body: DemandRequest }>(
    '/simulator/skills',
    { schema: demandSchema },
    async ({ body: { skills, demand } }, reply) =>
      rejectUnknown('skills', skills, skillIds, reply) ?? setDemand(skills, demand),
  )
  app.delete('/simulator/skills', async () => setDemand(skillIds, 1))
}

function addCampaignRoutes(app: FastifyInstance, operation: SimulatedOperation): void {
  const { campaigns } = operation.centre
  const campaignIds = campaigns.map(({ plan }) => plan.id)
  const override = ({ campaigns: ids, status, answering_machine_share: share }: CampaignRequest) => {
    operation.now()
    for (const campaign of campaigns.filter(({ plan }) => ids.includes(plan.id))) {
      campaign.statusOverride = status
      campaign.setAnsweringMachineShare(share)
    }
    return statusOf(operation)
  }
  app.put<{ Body: CampaignRequest }>(
    '/simulator/campaigns',
    { schema: campaignSchema },
    async ({ body }, reply) =>
      rejectUnknown('campaigns', body.campaigns, campaignIds, reply) ?? override(body),
  )
  app.delete('/simulator/campaigns', async () => override({ campaigns: campaignIds }))
}

function addNetworkRoutes(app: FastifyInstance, operation: SimulatedOperation): void {
  const { network, agents } = operation.centre
  const degrade = (ids: readonly string[]) => {
    const indexes = agents.flatMap(({ id }, index) => (ids.includes(id) ? [index] : []))
    network.poorAgents = new Set(indexes)
    return statusOf(operation)
  }
  app.put<{ Body: NetworkRequest }>(
    '/simulator/network',
    { schema: networkSchema },
    async ({ body: { agents: ids } }, reply) =>
      rejectUnknown('agents', ids, agentIds(operation), reply) ?? degrade(ids),
  )
  app.delete('/simulator/network', async () => degrade([]))
}
