import { createHash } from 'node:crypto'
import { join } from 'node:path'

// Enough of the name for a person to recognise it; the hash tells apart names that look alike.
const READABLE_LENGTH = 40
const HASH_LENGTH = 8

export type FileKind = 'calls' | 'snapshot' | 'lock'

/**
 * The path of an operation's file; safe for any characters in the operation's name.
 *
 * @param folder `--storage.path`
 */
export function fileOf(folder: string, operation: string, kind: FileKind): string {
  const readable = operation.replace(/[^a-z0-9-]+/gi, '_').slice(0, READABLE_LENGTH)
  const hash = createHash('sha256').update(operation).digest('hex').slice(0, HASH_LENGTH)
  return join(folder, `${readable}-${hash}.${kind}`)
}
