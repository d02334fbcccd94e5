import { createHash } from 'node:crypto'
import type { AgentNameMode } from '../config/operation.ts'

// 64 bits are enough to keep the names of any operation apart.
const PSEUDONYM_LENGTH = 16

/**
 * What is shown of an agent's name. The pseudonym of a name is stable within an operation and differs between
 * operations. It does not protect against a reader who has a list of names to try.
 */
export function showName(name: string, mode: AgentNameMode, operation: string): string {
  if (mode === 'omit' || name === '') return ''
  if (mode === 'plain') return name
  return createHash('sha256').update(`${operation}\0${name}`).digest('hex').slice(0, PSEUDONYM_LENGTH)
}
