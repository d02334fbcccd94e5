import { z } from 'zod'
import type { ExposedIds } from '../groups/groups.ts'
import type { Labels } from '../model/family.ts'
import { type Reader, type Reading, readText } from '../wolkvox/values.ts'
import { fingerprintOf, pseudonymOf } from './pseudonym.ts'
import type { FieldValue, PrivacyProblem, RowSettings, Take } from './report.ts'

/**
 * Who an agent is. Every report about agents identifies them in the same way, so that their metrics join in PromQL by the labels
 * `operation` and `agent_id`.
 */
export interface AgentIdentity {
  readonly id: string
  /** As it is exposed; empty if there is none or it is omitted. */
  readonly name: string
}

/** The names of the labels of {@link agentLabelsOf}. */
export const agentLabelNames = ['agent_id', 'agent_name'] as const

/** The labels that identify an agent. */
export function agentLabelsOf({ id, name }: AgentIdentity): Labels {
  return { agent_id: id, agent_name: name }
}

/** An identity as an earlier process has stored it. */
export const storedIdentity = z.object({ id: z.string().min(1), name: z.string() })

// Every dash of Unicode, and the minus sign. Programs replace a hyphen with another dash.
const DASH = /[\p{Pd}\u2212]/u

/**
 * Splits the id of an agent as wolkvox sends it. Some reports send `12345-NAME`, with or without spaces around the dash. Without
 * digits before the dash and a letter after it, the whole text is the id.
 */
function splitId(text: string): { readonly id: string; readonly name: string | undefined } {
  const dash = text.search(DASH)
  if (dash === -1) return { id: text, name: undefined }
  // Every dash is one UTF-16 unit long.
  const [id, name] = [text.slice(0, dash).trimEnd(), text.slice(dash + 1).trimStart()]
  return /^\d+$/.test(id) && /\p{L}/u.test(name) ? { id, name } : { id: text, name: undefined }
}

// A list of what cannot be part of a name, because names can be in any script.
const NAMELESS_ID = /^[\d\s\p{Pd}\u2212._/:#]*$/u

/**
 * The id as it is exposed. An id from which no name could be split can be a name. So it becomes a pseudonym if names are hidden and
 * there is a key. Without a key, the id is exposed: the operator chose to show ids, which can be `AG1001`, and losing all agents of
 * an operation with such ids would be worse. {@link agentPrivacyProblem} warns about them.
 *
 * @returns `undefined` if it must not be exposed
 */
function exposedId(id: string, settings: RowSettings): string | undefined {
  const { agentId, name: operation, hashKey } = settings
  if (agentId !== 'hash' && (!hidesNamesInIds(settings) || NAMELESS_ID.test(id))) return id
  // Without a key, which is a bug, nothing is exposed.
  return hashKey && pseudonymOf(id, 'id', operation, hashKey)
}

/** Whether ids that can be names become pseudonyms, although other ids are exposed unchanged. */
function hidesNamesInIds({ agentName, hashKey }: RowSettings): boolean {
  return agentName !== 'plain' && hashKey !== undefined
}

/** How the ids of agents in a groups file are exposed: as those of responses are, so that they join. */
export function exposedIdsOf(settings: RowSettings): ExposedIds {
  // A filter decides who is exposed, not how.
  const { agentFilter, ...unfiltered } = settings
  const privacy = agentPrivacyOf(unfiltered)
  return {
    // Pseudonyms differ between operations. Operations that hide nothing share a decoded file.
    key: privacy === NOTHING_HIDDEN ? privacy : JSON.stringify([privacy, settings.name]),
    exposedIdOf: (text) => exposedId(splitId(text).id, settings),
  }
}

/** Reads who an agent is. */
export interface IdentityReader {
  /** @returns the agent's id, or `undefined` if the record has no readable one */
  readonly keyOf: (value: FieldValue) => string | undefined
  /** The agent as wolkvox sends it, for filters. @param nameField wolkvox's name of the field with the name */
  readonly agentOf: (value: FieldValue, nameField?: string) => AgentIdentity | undefined
  /**
   * @param name from another field; without one, the name can be part of the id
   * @returns `undefined` if the agent must not be exposed
   */
  readonly read: (
    id: string,
    take: Take,
    settings: RowSettings,
    name?: string | undefined,
  ) => AgentIdentity | undefined
}

/**
 * @param field wolkvox's name of the field with the id
 * @param readId reads it
 */
export function identityReader(
  field: string,
  readId: (value: unknown) => Reading<string> = readText,
): IdentityReader {
  const readName: Reader<string> = (value) => {
    const text = readId(value)
    return typeof text === 'string' ? splitId(text).name : text
  }
  return {
    keyOf: (value) => {
      const text = readId(value(field))
      return typeof text === 'string' ? splitId(text).id : undefined
    },
    agentOf: (value, nameField) => {
      const text = readId(value(field))
      if (typeof text !== 'string') return undefined
      const { id, name = '' } = splitId(text)
      const separate = nameField === undefined ? undefined : readText(value(nameField))
      return { id, name: typeof separate === 'string' ? separate : name }
    },
    read: (key, take, settings, name) => {
      // The name is taken, too, because it can contain a secret that is not in the id.
      const found = name ?? take(field, readName) ?? ''
      const id = exposedId(key, settings)
      return id === undefined ? undefined : { id, name: exposedName(found, settings) }
    },
  }
}

/** Reads who an agent is from `agent_id`. */
export const agentIdentity = identityReader('agent_id')

/**
 * Data that was stored under other settings, or under another key, may show what has to be hidden now, and agents stored under
 * another filter may be excluded. Patterns can contain names, so only their fingerprint is stored.
 */
export function agentPrivacyOf({ agentId = 'plain', agentName, agentFilter, hashKey }: RowSettings): string {
  return [
    agentId,
    agentName,
    ...(hashKey === undefined ? [] : [fingerprintOf('', hashKey)]),
    ...(agentFilter === undefined ? [] : [fingerprintOf(JSON.stringify(agentFilter), hashKey)]),
  ].join(' ')
}

const NOTHING_HIDDEN = agentPrivacyOf({ name: '', agentName: 'plain' })

/** The value of the label `agent_name`. */
export function exposedName(name: string, { agentName, name: operation, hashKey }: RowSettings): string {
  if (agentName === 'omit' || name === '') return ''
  if (agentName === 'plain') return name
  // Without a key, which is a bug, nothing is exposed.
  return hashKey === undefined ? '' : pseudonymOf(name, 'name', operation, hashKey)
}

// Colombian cédulas have 6 to 10 digits, other countries' numbers up to 11. Extensions have at most 7.
const IDENTITY_NUMBER = /^\d{8,11}$/

// Fewer agents are not enough to judge by.
const MIN_AGENTS = 3

/** What the ids of most agents seem to be, while they are exposed unchanged. */
export function agentPrivacyProblem(
  agents: readonly AgentIdentity[],
  settings: RowSettings,
): PrivacyProblem | undefined {
  if (settings.agentId === 'hash' || agents.length < MIN_AGENTS) return undefined
  const isMost = (count: number) => count * 2 > agents.length
  if (isMost(agents.filter(({ id }) => IDENTITY_NUMBER.test(id)).length)) {
    return 'ids look like national identity numbers'
  }
  // Ids with letters are pseudonyms here. Their hexadecimal digits can look like a name.
  if (hidesNamesInIds(settings)) return undefined
  if (isMost(agents.filter(({ id }) => /\p{L}{3}/u.test(id)).length)) return 'ids contain names'
  // While names are shown anyway, a code such as AG1001 reveals nothing more.
  if (settings.agentName === 'plain') return undefined
  return isMost(agents.filter(({ id }) => !NAMELESS_ID.test(id)).length) ? 'ids contain letters' : undefined
}

/** What all reports about agents have in common. */
export const aboutAgents = {
  keyOf: agentIdentity.keyOf,
  agentOf: agentIdentity.agentOf,
  labelNames: agentLabelNames,
  labelsOf: agentLabelsOf,
  privacyOf: agentPrivacyOf,
  privacyProblemOf: agentPrivacyProblem,
} as const
