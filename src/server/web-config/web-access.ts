import { setTimeout as sleep } from 'node:timers/promises'
import type { Server, TLSSocket, TlsOptions } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import { messageOf } from '../../error-text.ts'
import { watchFiles } from '../../file-watcher.ts'
import { refuse } from '../refusals.ts'
import { createBasicAuth } from './basic-auth.ts'
import { createBcrypt } from './bcrypt.ts'
import { clientOf } from './fair-queue.ts'
import { createTokenBucket, type TokenBucket } from './rate-limit.ts'
import { loadWebConfig, type UsableWebConfig, type WebConfig } from './read.ts'
import { clientAuthOptions, isClientAllowed, type TlsSettings } from './tls.ts'

/** TLS, authentication, headers and rate limit of the server, from a web configuration file. */
export interface Protection {
  /** Options of the HTTPS server; `undefined` for plain HTTP. */
  readonly https: TlsOptions | undefined
  /** Protects an application that was made with these options. All applications share limits and users. */
  protect(app: FastifyInstance): void
  /** Stops. Resolves when no file operation is in flight: never, while one hangs. */
  close(): Promise<void>
}

// Clients send their part of the handshake immediately.
const HANDSHAKE_TIMEOUT_MS = 10_000

/**
 * Applies the configuration, and follows changes of its files.
 *
 * @param loaded what the file contained at the start
 * @param intervalMs between two looks at the files; for tests
 */
export function createProtection(loaded: UsableWebConfig, log: Logger, intervalMs?: number): Protection {
  const bcrypt = createBcrypt()
  const auth = createBasicAuth(loaded.config.users, bcrypt)
  const servers = new Set<Server>()
  // Of each connection: the settings of its handshake.
  const settingsOf = new WeakMap<object, TlsSettings>()
  let current = loaded.config
  let { files, digest } = loaded
  let bucket = bucketOf(current)
  let reported = ''
  let failures = 0
  let held = 0

  const watcher = watchFiles(() => files, reload, intervalMs)

  async function reload(): Promise<boolean> {
    const found = await loadWebConfig(loaded.path)
    const problems = [...found.problems]
    if (found.config !== undefined && (found.config.tls === undefined) !== (current.tls === undefined)) {
      problems.push('TLS cannot be turned on or off while the exporter runs; restart it')
    }
    // A repair can change a file that only the broken configuration names.
    files = [...new Set([...loaded.files, ...found.files])]
    if (found.config === undefined || problems.length > 0) {
      failures += 1
      // Certificate and key are often replaced one after the other: the next look decides.
      const text = problems.join('\n')
      if (failures > 1 && text !== reported) {
        log.warn({ problems }, 'web configuration not reloaded; the previous one stays')
        reported = text
      }
      return false
    }
    files = found.files
    if (found.digest !== digest || reported !== '') {
      apply(found.config)
      digest = found.digest
      log.info({ warnings: found.warnings }, 'web configuration reloaded')
    }
    failures = 0
    reported = ''
    return true
  }

  function apply(config: WebConfig): void {
    const { tls, rateLimit } = current
    // Connections and bucket outlive changes that do not concern them.
    current = isDeepStrictEqual(tls, config.tls) ? { ...config, tls } : config
    auth.setUsers(config.users)
    if (!isDeepStrictEqual(rateLimit, config.rateLimit)) bucket = bucketOf(config)
    if (current.tls !== tls) for (const server of servers) setTls(server)
  }

  /** New connections use these settings. Open connections end after their next response. */
  function setTls(server: Server): void {
    if (current.tls === undefined) return
    server.setSecureContext(current.tls.context)
    // Node reads both for each connection, but has no method to set them.
    Object.assign(server, clientAuthOptions(current.tls))
  }

  function admitConnection(socket: TLSSocket): void {
    if (current.tls === undefined) return
    settingsOf.set(socket, current.tls)
    if (!isClientAllowed(socket, current.tls)) socket.destroy()
  }

  async function verify(header: string | undefined, reply: FastifyReply, done: () => void): Promise<void> {
    const { socket } = reply.request
    try {
      const verdict = await auth.verify(header, clientOf(socket.remoteAddress ?? ''), () => !socket.destroyed)
      if (verdict === 'accepted') done()
      else if (verdict === 'busy') await refuseSlowly(reply)
      else refuse(reply.header('www-authenticate', CHALLENGE), 401)
    } catch (error) {
      log.error({ problem: messageOf(error) }, 'password not verified')
      refuseFor(reply, 503, BUSY_RETRY_S)
    }
  }

  /** A program that guesses waits for each response, so a late one leaves the serving thread to others. */
  async function refuseSlowly(reply: FastifyReply): Promise<void> {
    if (held < MAX_HELD) {
      held += 1
      await sleep(HOLD_MS)
      held -= 1
    }
    refuseFor(reply, 429, BUSY_RETRY_S)
  }

  return {
    https: current.tls && {
      ...current.tls.context,
      ...clientAuthOptions(current.tls),
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    },
    protect(app) {
      if (current.tls !== undefined) {
        // With TLS options, Fastify makes an HTTPS server.
        const server = app.server as unknown as Server
        servers.add(server)
        server.on('secureConnection', admitConnection)
        // The files may have changed since the options were read.
        setTls(server)
      }
      app.addHook('onRequest', ({ headers, socket }, reply, done) => {
        for (const [name, value] of current.headers) reply.raw.setHeader(name, value)
        if (settingsOf.get(socket) !== current.tls) reply.raw.setHeader('connection', 'close')
        if (bucket !== undefined && !bucket()) {
          refuseFor(reply, 429, Math.ceil((current.rateLimit?.intervalMs ?? 0) / 1000))
        } else if (!auth.isNeeded() || auth.isKnown(headers.authorization)) {
          done()
        } else {
          void verify(headers.authorization, reply, done)
        }
      })
    },
    async close() {
      await bcrypt.close()
      await watcher.close()
    },
  }
}

const bucketOf = ({ rateLimit }: WebConfig): TokenBucket | undefined =>
  rateLimit && createTokenBucket(rateLimit)

const CHALLENGE = 'Basic realm="wolkvox-exporter", charset="UTF-8"'

// Together with the passwords that wait, far fewer than the connections that may have a response in progress.
const MAX_HELD = 128
const HOLD_MS = 1000

// By then, at least one verification has ended.
const BUSY_RETRY_S = 5

function refuseFor(reply: FastifyReply, status: number, seconds: number): void {
  refuse(reply.header('retry-after', seconds), status)
}
