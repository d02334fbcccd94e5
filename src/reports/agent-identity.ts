import { z } from 'zod'
import type { ExposedIds } from '../groups/groups.ts'
import type { Labels } from '../model/family.ts'
import { type Reader, type Reading, readText } from '../wolkvox/values.ts'
import {
  agentPrivacyOf,
  agentPrivacyProblem,
  exposedId,
  exposedName,
  NOTHING_HIDDEN,
} from './agent-privacy.ts'
import type { FieldValue, RowSettings, Take } from './report.ts'

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

/** What all reports about agents have in common. */
export const aboutAgents = {
  keyOf: agentIdentity.keyOf,
  agentOf: agentIdentity.agentOf,
  labelNames: agentLabelNames,
  labelsOf: agentLabelsOf,
  privacyOf: agentPrivacyOf,
  privacyProblemOf: agentPrivacyProblem,
} as const
