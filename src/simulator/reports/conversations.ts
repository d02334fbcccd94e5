import type { SimulatedAgent } from '../centre/agent.ts'
import type { Conversation, Conversations } from '../centre/conversations.ts'
import { recordLimit } from '../centre/report.ts'
import { compositeId } from './agent-id.ts'
import type { FormatDate } from './latency.ts'

/** One agent's chats, in the order of wolkvox's documentation. */
export interface ChatRecord {
  readonly agent_id: string
  readonly active_chats: readonly {
    readonly conn_id: string
    readonly channel: string
    readonly connector_id: string
    readonly customer_phone: string
    readonly conversation: readonly {
      readonly date: string
      readonly from: string
      readonly message: string
    }[]
  }[]
}

/** One agent's interactions, in the order of wolkvox's documentation. */
export interface InteractionRecord {
  readonly agent_id: string
  readonly active_interactions: readonly {
    readonly conn_id: string
    readonly subject: string
    readonly fromname: string
    readonly date: string
  }[]
}

/** Names of customers. They are fruits, so that no customer looks like a person, and differ from the names of agents. */
const fruits = [
  'Guayaba',
  'Maracuyá',
  'Lulo',
  'Papaya',
  'Guanábana',
  'Chirimoya',
  'Tamarindo',
  'Pitahaya',
] as const

/** Invented texts of customers. Each contains the word `inventado`, so that a test can search for all of them. */
const questions = ['un pedido', 'una factura', 'una cita', 'un cambio', 'una entrega'] as const

/** Seconds between two messages of a chat. */
const messageInterval = 45

const maxMessages = 12

/** The chats at `now`, in whole seconds since midnight of day 0. An agent who could chat has a record without chats. */
export function chatRecords(
  agents: readonly SimulatedAgent[],
  chats: Conversations,
  now: number,
  formatDate: FormatDate,
): ChatRecord[] {
  return recordsOf(agents, chats, (agent_id, active) => ({
    agent_id,
    active_chats: active.map((chat) => ({
      conn_id: connectionId('chat', chat.number),
      channel: chat.channel,
      connector_id: `${chat.channel}-conector`,
      customer_phone: customerPhone(chat.number),
      conversation: messagesOf(chat, now, formatDate),
    })),
  }))
}

/** The interactions of agents, such as e-mails. */
export function interactionRecords(
  agents: readonly SimulatedAgent[],
  interactions: Conversations,
  formatDate: FormatDate,
): InteractionRecord[] {
  return recordsOf(agents, interactions, (agent_id, active) => ({
    agent_id,
    active_interactions: active.map(({ number, startedAt }) => ({
      conn_id: connectionId('caso', number),
      subject: `Asunto inventado ${number} sobre ${questionOf(number)}`,
      fromname: customerName(number),
      date: formatDate(startedAt),
    })),
  }))
}

function recordsOf<T>(
  agents: readonly SimulatedAgent[],
  conversations: Conversations,
  toRecord: (agentId: string, active: readonly Conversation[]) => T,
): T[] {
  const activeOf = new Map(conversations.active())
  return agents
    .flatMap((agent, index) => {
      const active = activeOf.get(agent)
      return active === undefined ? [] : [toRecord(compositeId(agent, index), active)]
    })
    .slice(0, recordLimit)
}

function messagesOf({ number, startedAt }: Conversation, now: number, formatDate: FormatDate) {
  const count = Math.min(maxMessages, 1 + Math.floor((now - startedAt) / messageInterval))
  return Array.from({ length: count }, (_, index) => ({
    date: formatDate(startedAt + index * messageInterval),
    from: index % 2 === 0 ? customerName(number) : 'agente',
    message:
      index % 2 === 0
        ? `Texto inventado ${number}.${index + 1}: soy ${customerName(number)} y pregunto por ${questionOf(number)}`
        : `Texto inventado ${number}.${index + 1}: lo reviso`,
  }))
}

const connectionId = (kind: string, number: number) => `${kind}-${String(number).padStart(8, '0')}`

/** No country has the code 00, and no telephone number has only zeros before its last digits. */
const customerPhone = (number: number) => `+00 000 ${String(number).padStart(7, '0')}`

const customerName = (number: number) => `${fruits[number % fruits.length]} ${number}`

const questionOf = (number: number) => questions[number % questions.length] ?? ''
