import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Labels } from '../model/family.ts'
import { type Reader, type Reading, readText } from '../wolkvox/values.ts'
import type { AgentNameMode, FieldValue, RowSettings, Take } from './report.ts'

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
 * The id as it is exposed. An id from which no name could be split can be a name, so it is hidden together with names: as a
 * pseudonym, or not at all if names are omitted.
 *
 * @returns `undefined` if it must not be exposed
 */
function exposedId(id: string, { agentName, name: operation }: RowSettings): string | undefined {
  if (agentName === 'plain' || NAMELESS_ID.test(id)) return id
  return agentName === 'omit' ? undefined : pseudonymOf(id, operation)
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
      return id === undefined
        ? undefined
        : { id, name: exposedName(found, settings.agentName, settings.name) }
    },
  }
}

/** Reads who an agent is from `agent_id`. */
export const agentIdentity = identityReader('agent_id')

/**
 * Names stored under another setting may be names that have to be hidden now, and agents stored under another filter may be
 * excluded. Patterns can contain names, so only their hash is stored.
 */
export function agentPrivacyOf({ agentName, agentFilter }: RowSettings): string {
  if (agentFilter === undefined) return agentName
  return `${agentName} ${createHash('sha256').update(JSON.stringify(agentFilter)).digest('hex').slice(0, 16)}`
}

// 16 hex digits: 64 bits distinguish the names of any operation.
const PSEUDONYM_LENGTH = 16

/**
 * The value of the label `agent_name`. A pseudonym is the same for the same name within an operation and differs between
 * operations. It hides names from readers, but a reader with a list of names can try each of them.
 */
export function exposedName(name: string, mode: AgentNameMode, operation: string): string {
  if (mode === 'omit' || name === '') return ''
  if (mode === 'plain') return name
  return pseudonymOf(name, operation)
}

function pseudonymOf(text: string, operation: string): string {
  return createHash('sha256').update(`${operation}\0${text}`).digest('hex').slice(0, PSEUDONYM_LENGTH)
}
