import { z } from 'zod'
import {
  isObject,
  type Reader,
  type Reading,
  readList,
  readText,
  readTimestamp,
  UNREADABLE,
} from '../../wolkvox/values.ts'
import { type AgentIdentity, agentIdentity, storedIdentity } from '../agent-identity.ts'
import type { FieldValue, RowSettings, Take } from '../report.ts'
import { channelOf, channels, NO_CHANNEL } from './channels.ts'

/** An agent with the number of chats. */
export interface ChatAgent extends AgentIdentity {
  /** Active chats by channel. Channels without chats are absent; an agent without chats has 0 under {@link NO_CHANNEL}. */
  readonly chats: Readonly<Record<string, number>>
}

/** Makes a reader of agents. Of the chats, it keeps only their numbers. */
export function createChatAgentReader(settings: RowSettings) {
  return (id: string, _value: FieldValue, take: Take): ChatAgent | undefined => {
    const identity = agentIdentity.read(id, take, settings)
    return identity && { ...identity, chats: take('active_chats', readChannels) ?? {} }
  }
}

/** Counts the chats by channel. A chat without a readable channel counts as `other`. An empty list is no chat, not no value. */
const readChannels: Reader<Record<string, number>> = (value) => {
  const chats = readList(value)
  if (chats === undefined || chats === UNREADABLE) return chats
  if (chats.length === 0) return { [NO_CHANNEL]: 0 }
  const counts: Record<string, number> = {}
  for (const chat of chats) {
    const text = readText(member(chat, 'channel'))
    const channel = channelOf(typeof text === 'string' ? text : '')
    counts[channel] = (counts[channel] ?? 0) + 1
  }
  return counts
}

// wolkvox documents dates in conversations without their name. In interactions, their name is `date`. Any other member with a date
// can be about something else, such as the date of birth of a customer.
const DATE_MEMBER = 'date'

/**
 * When the oldest active chat began, in seconds since 1970: the earliest date of a chat or of a message in it. Unreadable if there
 * are dates, but none in a known form.
 */
export const readOldestStart: Reader<number> = (value, context) => {
  const chats = readList(value)
  // The reader of the chats reads the same field and counts an unreadable value.
  if (chats === undefined || chats === UNREADABLE) return undefined
  let oldest: Reading<number>
  for (const part of chats.flatMap(partsOf)) {
    const at = readTimestamp(member(part, DATE_MEMBER), context)
    if (at === UNREADABLE) oldest ??= at
    else if (at !== undefined && (typeof oldest !== 'number' || at < oldest)) oldest = at
  }
  return oldest
}

/** A chat and the messages in it. */
function partsOf(chat: unknown): readonly Readonly<Record<string, unknown>>[] {
  const messages = readList(member(chat, 'conversation'))
  return [chat, ...(Array.isArray(messages) ? messages : [])].filter(isObject)
}

/** A member of a chat, by its name in lower case. */
function member(chat: unknown, name: string): unknown {
  if (!isObject(chat)) return undefined
  return chat[name] ?? Object.entries(chat).find(([key]) => key.trim().toLowerCase() === name)?.[1]
}

/** An agent as an earlier process has stored it. */
export const storedChatAgent: z.ZodType<ChatAgent> = storedIdentity.extend({
  chats: z.record(
    z.string().refine((name) => channels.includes(name)),
    z.int().nonnegative(),
  ),
})
