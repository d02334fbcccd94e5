import { setTimeout as sleep } from 'node:timers/promises'
import type { Server, TLSSocket, TlsOptions } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from 'pino'
import { now } from '../../clock.ts'
import { messageOf } from '../../error-text.ts'
import { watchFiles } from '../../file-watcher.ts'
import { createRepeatedFailures } from '../../repeated-failures.ts'
import { clientOf } from '../fair-share.ts'
import { refuse } from '../refusals.ts'
import { createBasicAuth } from './basic-auth.ts'
import { createBcrypt } from './bcrypt.ts'
import { watchExpiry } from './expiry-watch.ts'
import { loadWebConfig } from './load.ts'
import { createTokenBucket, type TokenBucket } from './rate-limit.ts'
import { switchProblems } from './rules.ts'
import { clientAuthOptions, isClientAllowed, type TlsSettings } from './tls.ts'
import type { LoadedWebConfig, WebConfig, WebConfigResult } from './web-config.ts'

/** Access to the server as a web configuration decides: TLS, authentication, headers and rate limit. */
export interface WebAccess {
  /** Options of the HTTPS server; `undefined` for plain HTTP. */
  readonly https: TlsOptions | undefined
  /** Protects an application that was made with these options. All applications share limits and users. */
  protect(app: FastifyInstance): void
  /** Reads the files again, without a change yet. @returns what is wrong, or how to apply them */
  prepareReload(): Promise<PreparedReload>
  /** Stops. Resolves when no file operation is in flight: never, while one hangs. */
  close(): Promise<void>
}

/** Files that were read again. */
export interface PreparedReload {
  /** What is wrong; empty if the files can be applied. */
  readonly problems: readonly string[]
  /** Applies the files if nothing is wrong. */
  readonly apply: () => void
}

// Clients send their part of the handshake immediately.
const HANDSHAKE_TIMEOUT_MS = 10_000

/**
 * Applies the configuration, and follows changes of its files.
 *
 * @param loaded what the file contained at the start
 * @param onReload called with whether changed files could be used
 * @param intervalMs between two looks at the files; for tests
 */
export function createWebAccess(
  loaded: LoadedWebConfig,
  log: Logger,
  onReload: (isSuccessful: boolean) => void,
  intervalMs?: number,
): WebAccess {
  const bcrypt = createBcrypt()
  const auth = createBasicAuth(loaded.config.users, { compare })
  const servers = new Set<Server>()
  // The settings of the handshake, for each connection.
  const settingsOf = new WeakMap<object, TlsSettings>()
  let current = loaded.config
  let { files, digest } = loaded
  let bucket = bucketOf(current)
  let isFirstFailedLook = true
  let delayedRefusals = 0
  const reloads = createRepeatedFailures()
  const passwordChecks = createRepeatedFailures()

  const expiry = watchExpiry(log)
  expiry.follow(current.tls)
  const watcher = watchFiles(() => files, reload, intervalMs)

  async function reload(): Promise<boolean> {
    const { found, problems } = await check()
    if (!found.ok || problems.length > 0) {
      // A repair can change a file that only the broken configuration names.
      files = [...new Set([...loaded.files, ...found.files])]
      return isFirstFailedLook ? lookAgain() : logFailedReload(problems)
    }
    use(found)
    return true
  }

  async function check() {
    const found = await load()
    return { found, problems: found.ok ? switchProblems(current, found.config) : found.problems }
  }

  function use(found: LoadedWebConfig): void {
    files = found.files
    isFirstFailedLook = true
    const recovered = reloads.succeeded(now())
    const isChanged = found.digest !== digest
    if (isChanged) {
      apply(found.config)
      digest = found.digest
    }
    if (isChanged || recovered !== undefined) {
      const level = isChanged ? 'info' : (recovered?.level ?? 'debug')
      log[level]({ warnings: found.warnings, ...recovered?.fields }, 'web configuration reloaded')
      onReload(true)
    }
  }

  /** An unexpected file must not end a running exporter. */
  async function load(): Promise<WebConfigResult> {
    try {
      return await loadWebConfig(loaded.path)
    } catch (error) {
      return { ok: false, problems: [`cannot be checked: ${messageOf(error)}`], files }
    }
  }

  /** Certificate and key are often replaced one after the other: the next look decides. */
  function lookAgain(): boolean {
    isFirstFailedLook = false
    return false
  }

  /** Parsing a broken file again and again would cost time that scrapes need: the next look is after a change. */
  function logFailedReload(problems: readonly string[]): boolean {
    const { level, fields } = reloads.failed([problems.join('\n')], now())
    log[level]({ problems, ...fields }, 'web configuration not reloaded')
    onReload(false)
    return true
  }

  function apply(config: WebConfig): void {
    const { tls, rateLimit } = current
    // Connections and bucket outlive changes that do not concern them.
    current = isDeepStrictEqual(tls, config.tls) ? { ...config, tls } : config
    if (current.tls !== tls) expiry.follow(current.tls)
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

  async function compare(password: string, hash: string): Promise<boolean> {
    const matches = await bcrypt.compare(password, hash)
    const recovered = passwordChecks.succeeded(now())
    if (recovered) log[recovered.level](recovered.fields, 'password check works again')
    return matches
  }

  async function verify(header: string | undefined, reply: FastifyReply, done: () => void): Promise<void> {
    const { socket } = reply.request
    try {
      const verdict = await auth.verify(header, clientOf(socket), () => !socket.destroyed)
      if (verdict === 'accepted') done()
      else if (verdict === 'busy') await refuseSlowly(reply)
      else refuse(reply.header('www-authenticate', CHALLENGE), 401)
    } catch (error) {
      const { level, fields } = passwordChecks.failed([messageOf(error)], now())
      log[level]({ err: error, ...fields }, 'password check failed')
      refuseFor(reply, 503, BUSY_RETRY_S)
    }
  }

  /** A delayed response slows down a guesser. */
  async function refuseSlowly(reply: FastifyReply): Promise<void> {
    if (delayedRefusals < MAX_DELAYED_REFUSALS) {
      delayedRefusals += 1
      await sleep(REFUSAL_DELAY_MS)
      delayedRefusals -= 1
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
    async prepareReload() {
      const { found, problems } = await check()
      return {
        problems: problems.map((problem) => `--web.config.file: ${problem}`),
        apply: () => {
          if (!found.ok || problems.length > 0) return
          use(found)
          // The files may have changed, and been applied, after they were read here.
          watcher.check()
        },
      }
    },
    async close() {
      expiry.stop()
      await bcrypt.close()
      await watcher.close()
    },
  }
}

const bucketOf = ({ rateLimit }: WebConfig): TokenBucket | undefined =>
  rateLimit && createTokenBucket(rateLimit)

const CHALLENGE = 'Basic realm="wolkvox-exporter", charset="UTF-8"'

// Must stay well below the limit of connections.
const MAX_DELAYED_REFUSALS = 128
const REFUSAL_DELAY_MS = 1000

// By then, at least one verification has ended.
const BUSY_RETRY_S = 5

function refuseFor(reply: FastifyReply, status: number, seconds: number): void {
  refuse(reply.header('retry-after', seconds), status)
}
