import { createHash } from 'node:crypto'
import { join } from 'node:path'

// Enough of the name for a person to know it by; the rest tells apart what looks alike.
const READABLE_LENGTH = 40
const HASH_LENGTH = 8

/**
 * Where an operation's files are, whatever characters its name has.
 *
 * @param folder `--storage.path`
 */
export function fileOf(folder: string, operation: string, kind: 'calls' | 'snapshot'): string {
  const readable = operation.replace(/[^a-z0-9-]+/gi, '_').slice(0, READABLE_LENGTH)
  const hash = createHash('sha256').update(operation).digest('hex').slice(0, HASH_LENGTH)
  return join(folder, `${readable}-${hash}.${kind}`)
}
