import { createHash } from 'node:crypto'
import type { AgentNameMode } from '../config/operation.ts'

// 16 hex digits: 64 bits tell apart the names of any operation.
const PSEUDONYM_LENGTH = 16

/**
 * What is shown of an agent's name. The pseudonym is the same for the same name within an operation and another in
 * the next; it hides names from a reader, not from one who has a list of them to try.
 */
export function showName(name: string, mode: AgentNameMode, operation: string): string {
  if (mode === 'omit' || name === '') return ''
  if (mode === 'plain') return name
  return createHash('sha256').update(`${operation}\0${name}`).digest('hex').slice(0, PSEUDONYM_LENGTH)
}
