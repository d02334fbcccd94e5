import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Labels } from '../model/family.ts'
import { readText } from '../wolkvox/values.ts'
import type { AgentNameMode, FieldValue, RowSettings } from './report.ts'

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

// Some reports send `12345-NAME` as the id. Without a letter after the dash, the whole text is the id.
const COMPOSITE_ID = /^(\d+)\s*-\s*(?=.*\p{L})(.+)$/su

/** The id of an agent as wolkvox sends it, split into the id alone and the name in it. */
function splitId(text: string): { readonly id: string; readonly name: string | undefined } {
  const [, id = text, name] = (text.includes('-') && COMPOSITE_ID.exec(text)) || []
  return { id, name }
}

/** Reads who an agent is. */
export interface IdentityReader {
  /** @returns the agent's id, or `undefined` if the record has no readable one */
  readonly keyOf: (value: FieldValue) => string | undefined
  /** @param name from another field; without one, the name can be part of the id */
  readonly read: (
    id: string,
    value: FieldValue,
    settings: RowSettings,
    name?: string | undefined,
  ) => AgentIdentity
}

/** @param field wolkvox's name of the field with the id */
export function identityReader(field: string): IdentityReader {
  const readId = (value: FieldValue) => {
    const text = readText(value(field))
    return typeof text === 'string' ? splitId(text) : undefined
  }
  return {
    keyOf: (value) => readId(value)?.id,
    read: (id, value, { name: operation, agentName }, name) => ({
      id,
      name: exposedName(name ?? readId(value)?.name ?? '', agentName, operation),
    }),
  }
}

/** Names stored under another setting may be names that have to be hidden now. */
export function agentPrivacyOf({ agentName }: RowSettings): string {
  return agentName
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
  return createHash('sha256').update(`${operation}\0${name}`).digest('hex').slice(0, PSEUDONYM_LENGTH)
}
