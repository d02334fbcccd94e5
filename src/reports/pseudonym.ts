import { createHmac } from 'node:crypto'
import type { Secret } from '../secret.ts'
import { MAX_RECORDS } from '../wolkvox/values.ts'

// 16 hex digits: 64 bits distinguish the agents of any operation.
const PSEUDONYM_LENGTH = 16

// Ids and names of the largest response.
const GENERATION_SIZE = 2 * MAX_RECORDS

// UTF-16 units. Longer texts are no names, and remembering them would let one response fill the memory.
const MAX_REMEMBERED_LENGTH = 256

/** Pseudonyms by text, for each combination of key, operation and kind. */
type Generation = Map<string, Map<string, string>>

// The same agents come with every refresh, and an HMAC takes ten times as long as a lookup. Two generations: what the last response
// has used stays when the first one is full. A full one takes about 20 MB.
let recent: Generation = new Map()
let older: Generation = new Map()
let recentSize = 0

/**
 * A pseudonym: an HMAC-SHA-256 with the operator's key. It is the same in every report and after every restart, and differs between
 * operations. Without the key, a list of names or ids does not help to find the agents.
 *
 * @param kind so that an id and a name with the same text have different pseudonyms
 */
export function pseudonymOf(text: string, kind: 'id' | 'name', operation: string, key: Secret): string {
  const scope = `${key.reveal()}\0${operation}\0${kind}`
  const known = recent.get(scope)?.get(text)
  if (known !== undefined) return known
  const pseudonym = older.get(scope)?.get(text) ?? calculate(text, kind, operation, key)
  if (text.length <= MAX_REMEMBERED_LENGTH) remember(scope, text, pseudonym)
  return pseudonym
}

function calculate(text: string, kind: 'id' | 'name', operation: string, key: Secret): string {
  return (
    createHmac('sha256', key.reveal())
      // None of the parts but the last can contain a NUL.
      .update(`${operation}\0${kind}\0${text}`)
      .digest('hex')
      .slice(0, PSEUDONYM_LENGTH)
  )
}

function remember(scope: string, text: string, pseudonym: string): void {
  if (recentSize === GENERATION_SIZE) {
    older = recent
    recent = new Map()
    recentSize = 0
  }
  const ofScope = recent.get(scope) ?? new Map<string, string>()
  recent.set(scope, ofScope.set(text, pseudonym))
  recentSize += 1
}

/**
 * Identifies a text and a key without revealing them: data stored under another key has other pseudonyms. Without a key, who
 * guesses the text can confirm it.
 */
export function fingerprintOf(text: string, key: Secret | undefined): string {
  return createHmac('sha256', key?.reveal() ?? '')
    .update(`fingerprint\0${text}`)
    .digest('hex')
    .slice(0, PSEUDONYM_LENGTH)
}
