import { pino } from 'pino'
import { beforeEach, expect, it, vi } from 'vitest'
import { watchExpiry } from '../../../src/server/web-config/expiry-watch.ts'
import type { TlsSettings } from '../../../src/server/web-config/tls.ts'
import { DAY_MS } from '../../../src/units.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'

const START = Date.parse('2026-01-01T00:00:00Z')

beforeEach(() => {
  vi.useFakeTimers({ now: START })
  onTestFinished(() => void vi.useRealTimers())
})

/** Watches until the test ends. */
function watch() {
  const logged: Record<string, unknown>[] = []
  const log = pino({ base: null, timestamp: false }, { write: (line) => void logged.push(JSON.parse(line)) })
  const expiry = watchExpiry(log)
  onTestFinished(expiry.stop)
  return { expiry, logged, passDays: (days: number) => vi.advanceTimersByTime(days * DAY_MS) }
}

const expiringIn = (days: number): TlsSettings => ({
  context: {},
  clientAuth: 'NoClientCert',
  allowedSans: [],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  expiresAt: Date.now() + days * DAY_MS,
  hasAltNames: true,
})

const SOON = { level: 40, expires: '2026-01-31T00:00:00.000Z', msg: 'certificate expires soon' }
const EXPIRED = { ...SOON, msg: 'certificate expired' }

it('warns once 14 days before the certificate expires, and once at that time', () => {
  const { expiry, logged, passDays } = watch()
  expiry.follow(expiringIn(30))
  passDays(16)
  expect(logged).toEqual([])
  passDays(0.1)
  expect(logged).toEqual([SOON])
  passDays(13.8)
  expect(logged).toEqual([SOON])
  passDays(0.1)
  expect(logged).toEqual([SOON, EXPIRED])
  passDays(100)
  expect(logged).toEqual([SOON, EXPIRED])
})

it('does not repeat what the start has said', () => {
  const { expiry, logged, passDays } = watch()
  expiry.follow(expiringIn(-1))
  passDays(100)
  expiry.follow(expiringIn(10))
  passDays(9)
  expect(logged).toEqual([])
  passDays(2)
  expect(logged).toMatchObject([{ msg: 'certificate expired' }])
})

it('follows a new certificate', () => {
  const { expiry, logged, passDays } = watch()
  expiry.follow(expiringIn(20))
  passDays(1)
  expiry.follow(expiringIn(100))
  passDays(80)
  expect(logged).toEqual([])
})

it('is silent without TLS, and after it has stopped', () => {
  const { expiry, logged, passDays } = watch()
  expiry.follow(undefined)
  passDays(1000)
  expiry.follow(expiringIn(20))
  expiry.stop()
  passDays(100)
  expect(logged).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
