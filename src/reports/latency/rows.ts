import { z } from 'zod'
import type { Labels } from '../../model/family.ts'
import { createVersionReader, readTextWithoutAddress } from '../../wolkvox/ip-address.ts'
import { readMilliseconds, readPercentage } from '../../wolkvox/values.ts'
import { type AgentIdentity, agentLabelsOf, identityReader, storedIdentity } from '../agent-identity.ts'
import { agentPrivacyProblem } from '../agent-privacy.ts'
import type { FieldValue, RowSettings, Take } from '../report.ts'

/** The client of an agent. */
export interface AgentClient extends AgentIdentity {
  readonly kind: 'agent'
  /** `Ethernet`, `Wifi` or `other`; this and the following are empty if there are none. */
  readonly connectionType: string
  /** `app`, `web` or `other`. */
  readonly platform: string
  readonly version: string
}

/** A trunk of the telephone system. There are only a few, so the row has its numbers. */
export interface Pbx {
  readonly kind: 'pbx'
  readonly pbx: string
  /** Seconds, by direction. Values that are missing or unreadable are absent. */
  readonly jitter: Readonly<Partial<Record<Direction, number>>>
  /** Ratios, by direction. */
  readonly packetLoss: Readonly<Partial<Record<Direction, number>>>
}

/** One end of the network. */
export type NetworkEnd = AgentClient | Pbx

/** Received or sent, as wolkvox sees it. */
export const directions = ['rx', 'tx'] as const

export type Direction = (typeof directions)[number]

// A text with an IP address is not read, wherever wolkvox writes it.
const AGENT_FIELD = 'by_agent.agent_id'
const PBX_FIELD = 'by_pbx.user'

// An address in a version is the one of the same record.
export const ADDRESS_FIELD = 'by_agent.ip'

const clientFields = {
  connectionType: 'by_agent.connection_type',
  platform: 'by_agent.platform',
  version: 'by_agent.version',
} as const

const jitterField = (direction: Direction) => `by_pbx.${direction}_jitter`
const packetLossField = (direction: Direction) => `by_pbx.${direction}_ploss`

/** wolkvox's names of the fields whose values are part of a row. */
export const rowFields: readonly string[] = [
  AGENT_FIELD,
  ...Object.values(clientFields),
  ...directions.map(jitterField),
  ...directions.map(packetLossField),
]

// Parts of the texts of wolkvox, in lower case, with the value of the label. A list instead of the text, because a text in the
// wrong place could be the name or phone number of a person.
const CONNECTION_TYPES = { ethernet: 'Ethernet', wifi: 'Wifi', 'wi-fi': 'Wifi' }
const PLATFORMS = { app: 'app', web: 'web' }

/** The label of the first part that a text contains. @returns `other` if it contains none */
function labelOf(text: string, labels: Readonly<Record<string, string>>): string {
  const lower = text.toLowerCase()
  return Object.entries(labels).find(([part]) => lower.includes(part))?.[1] ?? 'other'
}

const identity = identityReader(AGENT_FIELD, readTextWithoutAddress)

/** The agent of a record; `undefined` for a trunk. */
export const agentOf = (value: FieldValue) => identity.agentOf(value)

// Agents and trunks can have the same names.
const AGENT_KEY = 'agent '
const PBX_KEY = 'pbx '

/** @returns the agent's id or the trunk's name, or `undefined` if the record has neither */
export function networkEndKeyOf(value: FieldValue): string | undefined {
  const agent = identity.keyOf(value)
  if (agent !== undefined) return `${AGENT_KEY}${agent}`
  const pbx = readTextWithoutAddress(value(PBX_FIELD))
  return typeof pbx === 'string' ? `${PBX_KEY}${pbx}` : undefined
}

/** Makes a reader of both kinds of rows. */
export function createNetworkEndReader(settings: RowSettings) {
  return (key: string, value: FieldValue, take: Take): NetworkEnd | undefined => {
    if (key.startsWith(PBX_KEY)) {
      return {
        kind: 'pbx',
        pbx: key.slice(PBX_KEY.length),
        jitter: byDirection((direction) => take(jitterField(direction), readMilliseconds)),
        packetLoss: byDirection((direction) => take(packetLossField(direction), readPercentage)),
      }
    }
    const agent = identity.read(key.slice(AGENT_KEY.length), take, settings)
    if (agent === undefined) return undefined
    const readVersion = createVersionReader(value(ADDRESS_FIELD))
    const connectionType = take(clientFields.connectionType, readTextWithoutAddress)
    const platform = take(clientFields.platform, readVersion)
    return {
      kind: 'agent',
      ...agent,
      connectionType: connectionType === undefined ? '' : labelOf(connectionType, CONNECTION_TYPES),
      platform: platform === undefined ? '' : labelOf(platform, PLATFORMS),
      version: take(clientFields.version, readVersion) ?? '',
    }
  }
}

function byDirection(read: (direction: Direction) => number | undefined): Partial<Record<Direction, number>> {
  return Object.fromEntries(
    directions.flatMap((direction) => {
      const number = read(direction)
      return number === undefined ? [] : [[direction, number]]
    }),
  )
}

/** The labels that identify an agent. The families of trunks have other labels. */
export function networkEndLabelsOf(end: NetworkEnd): Labels {
  return agentLabelsOf(end.kind === 'agent' ? end : { id: '', name: '' })
}

/** What the ids of the agents seem to be. Trunks are not people. */
export function endsPrivacyProblem(ends: readonly NetworkEnd[], settings: RowSettings) {
  return agentPrivacyProblem(
    ends.filter((end) => end.kind === 'agent'),
    settings,
  )
}

const numbersByDirection = z.partialRecord(z.enum(directions), z.number().nonnegative())

/** A row as an earlier process has stored it. */
export const storedNetworkEnd: z.ZodType<NetworkEnd> = z.discriminatedUnion('kind', [
  storedIdentity.extend({
    kind: z.literal('agent'),
    connectionType: z.string(),
    platform: z.string(),
    version: z.string(),
  }),
  z.object({
    kind: z.literal('pbx'),
    pbx: z.string().min(1),
    jitter: numbersByDirection,
    packetLoss: numbersByDirection,
  }),
])
