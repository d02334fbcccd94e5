import type { SimulatedAgent } from '../centre/agent.ts'
import { reportOf, type WolkvoxRecord } from '../centre/report.ts'
import { campaignRecords } from '../reports/campaigns.ts'
import { chatRecords, interactionRecords } from '../reports/conversations.ts'
import { latencyRecords } from '../reports/latency.ts'
import { skillRecords } from '../reports/skills.ts'
import { applyOverrides, type SimulatedOperation, tokenInfoOf } from './operation.ts'

/** The parameters of a request by name. */
export type Parameters = ReadonlyMap<string, string>

/** A report that the simulator serves, by its path and its `api` parameter. */
export interface ServedReport {
  readonly path: string
  readonly api: string
  readonly requiredParameters: readonly string[]
  /** The current records. */
  readonly recordsOf: (operation: SimulatedOperation, parameters: Parameters) => readonly object[]
}

/** The current records of all agents. */
export function agentRecords(operation: SimulatedOperation): readonly WolkvoxRecord[] {
  const now = operation.now()
  return applyOverrides(reportOf(operation.centre.agents, now), operation.stateOverrides, now)
}

const realTime = <Name extends string>(
  api: Name,
  recordsOf: ServedReport['recordsOf'],
  requiredParameters: readonly string[] = [],
) => ({ path: '/api/v2/real_time.php', api, requiredParameters, recordsOf })

/** All reports, in the order of wolkvox's documentation. */
export const servedReports = [
  realTime('agents', (operation) => agentRecords(operation)),
  realTime(
    'skills',
    (operation, parameters) => {
      operation.now()
      const records = skillRecords(operation.centre.skills, servicesTimeOf(parameters))
      const skillId = parameters.get('skill_id')
      return skillId === 'all' ? records : records.filter(({ skill_id }) => skill_id === skillId)
    },
    ['skill_id'],
  ),
  realTime('campaigns', (operation) => {
    const now = operation.now()
    return campaignRecords(operation.centre.campaigns, now)
  }),
  realTime('latency', (operation) => {
    const now = operation.now()
    const { agents, network } = operation.centre
    const stateOf = ({ id, activity }: SimulatedAgent) =>
      operation.stateOverrides.get(id)?.state ?? activity.state
    return latencyRecords(agents, network, now, operation.dateFormatter(), stateOf)
  }),
  realTime('chats', (operation) => {
    const now = operation.now()
    const { agents, chats } = operation.centre
    return chatRecords(agents, chats, now, operation.dateFormatter())
  }),
  realTime('interactions', (operation) => {
    operation.now()
    const { agents, interactions } = operation.centre
    return interactionRecords(agents, interactions, operation.dateFormatter())
  }),
  {
    path: '/api/v2/information.php',
    api: 'token_info',
    requiredParameters: [],
    recordsOf: (operation) => [tokenInfoOf(operation)],
  },
] as const satisfies readonly ServedReport[]

/** The additional threshold of the service level; anything but a positive integer means none. */
function servicesTimeOf(parameters: Parameters): number | undefined {
  const text = parameters.get('services_time') ?? ''
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined
}
