import { createHmac, hash as digestOf, randomBytes } from 'node:crypto'
import type { Bcrypt } from './bcrypt.ts'
import { costOf } from './bcrypt-hash.ts'
import { createFairQueue } from './fair-queue.ts'

/** `busy`: too many passwords wait, so this one was not verified. */
export type Verdict = 'accepted' | 'rejected' | 'busy'

/** Passwords of the users, as requests send them. */
export interface BasicAuth {
  /** Whether requests need a password. */
  readonly isNeeded: () => boolean
  /** Whether this header was verified before and its user has not changed. */
  isKnown(header: string | undefined): boolean
  /**
   * Verifies the header's password.
   *
   * @param client who sends it; clients take turns, those with wrong passwords last
   * @param isClientConnected asked when its turn comes
   * @throws BcryptThreadError
   */
  verify(header: string | undefined, client: string, isClientConnected: () => boolean): Promise<Verdict>
  /** Replaces the users. Those that did not change need no new verification. */
  setUsers(users: ReadonlyMap<string, string>): void
}

interface Credentials {
  readonly user: string
  readonly password: string
}

interface Verified {
  readonly user: string
  readonly hash: string
}

interface Pending {
  readonly verdict: Promise<Verdict>
  /** Whether the client is connected, for each request that waits for the verdict. */
  readonly areConnected: (() => boolean)[]
}

// Limits each of the two memories. bcrypt ignores bytes after 72, so many headers can match one user.
const MAX_REMEMBERED = 1024

function limitSize(remembered: Map<string, unknown> | Set<string>): void {
  const [oldest] = remembered.keys()
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest)
}

/**
 * Basic authentication. A verified header is remembered by a keyed hash, so that only the first request of a scraper waits for
 * bcrypt, and neither memory nor a heap dump shows a password.
 */
export function createBasicAuth(
  initial: ReadonlyMap<string, string>,
  bcrypt: Pick<Bcrypt, 'compare'>,
): BasicAuth {
  const secret = randomBytes(32)
  const verified = new Map<string, Verified>()
  const pending = new Map<string, Pending>()
  const recentlyRejected = new Set<string>()
  const queue = createFairQueue((client) => recentlyRejected.has(client))
  let users = initial

  // Each request needs it: an HMAC object would cost many times as much. The secret in front has a fixed length, and the digest
  // stays in this process, so nothing is gained by extending a text.
  const keyPrefix = secret.toString('hex')
  const keyOf = (header: string) => digestOf('sha256', keyPrefix + header, 'base64')

  function isVerified(key: string): boolean {
    const found = verified.get(key)
    return found !== undefined && users.get(found.user) === found.hash
  }

  function remember(key: string, entry: Verified): void {
    limitSize(verified)
    verified.set(key, entry)
  }

  /** A client counts as rejected until it sends a right password. */
  function noteVerdict(client: string, verdict: Verdict): void {
    recentlyRejected.delete(client)
    if (verdict === 'accepted') return
    limitSize(recentlyRejected)
    recentlyRejected.add(client)
  }

  /** A hash that no password matches. Its cost is that of some user, always the same one for a name. */
  function decoyFor(user: string): string {
    const hashes = [...users.values()]
    const choice = createHmac('sha256', secret).update(user).digest().readUInt32BE() % hashes.length
    const cost = String(costOf(hashes[choice] ?? '')).padStart(2, '0')
    return `$2b$${cost}$${DECOY_DIGEST}`
  }

  async function verifyOnce(key: string, client: string, { user, password }: Credentials): Promise<Verdict> {
    const verdict = await compareHash(key, user, password)
    noteVerdict(client, verdict)
    return verdict
  }

  async function compareHash(key: string, user: string, password: string): Promise<Verdict> {
    const hash = users.get(user)
    // The last user was removed while this request waited.
    if (users.size === 0) return 'accepted'
    // An unknown user takes as long as a known one, so that the time does not tell which users exist.
    const matches = await bcrypt.compare(password, hash ?? decoyFor(user))
    if (!matches || hash === undefined) return 'rejected'
    remember(key, { user, hash })
    return 'accepted'
  }

  return {
    isNeeded: () => users.size > 0,
    isKnown: (header) => header !== undefined && isVerified(keyOf(header)),
    async verify(header, client, isClientConnected) {
      const credentials = parseCredentials(header)
      if (header === undefined || credentials === undefined) return 'rejected'
      const key = keyOf(header)
      // Several scrapers with the same password arrive together after a start.
      const same = pending.get(key)
      if (same !== undefined) {
        same.areConnected.push(isClientConnected)
        return same.verdict
      }
      const areConnected = [isClientConnected]
      const isSomeConnected = () => areConnected.some((isConnected) => isConnected())
      const verdict = queue
        .run(client, isSomeConnected, () => verifyOnce(key, client, credentials))
        .then((result) => result ?? 'busy')
        .finally(() => pending.delete(key))
      pending.set(key, { verdict, areConnected })
      return verdict
    },
    setUsers(changed) {
      users = changed
      for (const key of [...verified.keys()]) if (!isVerified(key)) verified.delete(key)
    },
  }
}

// Salt and digest of a hash that no known password matches: both are random.
const DECOY_DIGEST = drawDigest()

function drawDigest(): string {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from(randomBytes(53), (byte) => alphabet[byte % alphabet.length]).join('')
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i

/** User and password of a header; `undefined` if it contains none. A password may contain colons. */
export function parseCredentials(header: string | undefined): Credentials | undefined {
  const encoded = BASIC.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  const text = bytes.toString()
  // Bytes that are not UTF-8 would become replacement characters, and different passwords the same.
  if (!Buffer.from(text).equals(bytes)) return undefined
  const colonAt = text.indexOf(':')
  return colonAt < 0 ? undefined : { user: text.slice(0, colonAt), password: text.slice(colonAt + 1) }
}
