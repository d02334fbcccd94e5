import type { Logger } from 'pino'
import { expiryOf } from './rules.ts'
import type { TlsSettings } from './tls.ts'

/** Warns while a certificate is in use: once when it expires soon, once when it has expired. */
export interface ExpiryWatch {
  /** Follows another certificate. The warnings of its configuration already say how it is now. */
  readonly follow: (tls: TlsSettings | undefined) => void
  readonly stop: () => void
}

const LOOK_INTERVAL_MS = 3_600_000

/** Starts. Looks at the clock once an hour. */
export function watchExpiry(log: Logger): ExpiryWatch {
  let expiresAt = Number.POSITIVE_INFINITY
  let known = expiryOf(expiresAt, Date.now())

  function look(): void {
    const found = expiryOf(expiresAt, Date.now())
    if (found === known) return
    known = found
    const expires = new Date(expiresAt).toISOString()
    if (found === 'soon') log.warn({ expires }, 'certificate expires soon')
    if (found === 'expired') log.warn({ expires }, 'certificate expired')
  }

  const timer = setInterval(look, LOOK_INTERVAL_MS).unref()
  return {
    follow(tls) {
      expiresAt = tls?.expiresAt ?? Number.POSITIVE_INFINITY
      known = expiryOf(expiresAt, Date.now())
    },
    stop: () => clearInterval(timer),
  }
}
