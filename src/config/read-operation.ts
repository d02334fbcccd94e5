import { z } from 'zod'
import { formatDuration } from './duration.ts'
import type { Operation } from './operation.ts'
import { CALLS_A_LICENSE, dailyLimit } from './quota.ts'
import { Secret } from './secret.ts'
import { settings } from './settings.ts'
import { textProblems, tokenProblems } from './text-problems.ts'

// The rhythm that wolkvox's page for this report suggests.
export const SUGGESTED_INTERVAL_MS = 300_000
const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_MAX_RESPONSE_BYTES = 64 * 2 ** 20
const STALE_AFTER_INTERVALS = 3

const intervalSetting = settings.duration.default(SUGGESTED_INTERVAL_MS)
const timeoutSetting = settings.duration.default(DEFAULT_TIMEOUT_MS)

const schema = z
  .object({
    server: settings.server,
    token: settings.token,
    name: settings.operation.optional(),
    baseUrl: settings.baseUrl.optional(),
    licenses: settings.licenses.optional(),
    timeZone: settings.timeZone.default('America/Bogota'),
    refreshInterval: intervalSetting,
    timeout: timeoutSetting,
    staleAfter: settings.staleAfter.optional(),
    maxResponseBytes: settings.maxResponseBytes.default(DEFAULT_MAX_RESPONSE_BYTES),
    agentName: settings.agentName.default('plain'),
  })
  .transform(
    ({
      server,
      token,
      name,
      baseUrl,
      licenses,
      refreshInterval,
      timeout,
      staleAfter,
      ...rest
    }): Operation => ({
      ...rest,
      server,
      token: new Secret(token),
      name: name ?? server,
      baseUrl: baseUrl ?? `https://wv${server}.wolkvox.com`,
      licenses,
      refreshIntervalMs: refreshInterval,
      timeoutMs: timeout,
      staleAfterMs:
        staleAfter ??
        Math.max(refreshInterval * STALE_AFTER_INTERVALS, shortestStaleAfter(refreshInterval, timeout)),
    }),
  )

/** An operation's settings as texts; one that is not given is undefined. */
export type OperationTexts = Readonly<Record<keyof z.input<typeof schema>, string | undefined>>

export type Setting = keyof OperationTexts

/** Something wrong with a setting, and what would be right. */
export interface SettingProblem {
  readonly setting: Setting
  readonly message: string
}

type Read =
  | { readonly ok: true; readonly operation: Operation }
  | { readonly ok: false; readonly problems: readonly SettingProblem[] }

/** Reads an operation's settings from the environment or a file. Reports every problem at once. */
export function readOperation(texts: OperationTexts): Read {
  const result = schema.safeParse(texts)
  const malformed = malformedTexts(texts)
  const issues = (result.error?.issues ?? [])
    .map(({ path, message }) => ({ setting: path[0] as Setting, message }))
    .filter((issue) => !malformed.some(({ setting }) => setting === issue.setting))
  const problems = [...malformed, ...issues, ...staleTooSoon(texts), ...overQuota(texts)]
  return result.success && problems.length === 0
    ? { ok: true, operation: result.data }
    : { ok: false, problems }
}

/** Texts that are not what the operator meant, although some of them would do as a value. */
function malformedTexts(texts: OperationTexts): SettingProblem[] {
  return (Object.entries(texts) as [Setting, string | undefined][]).flatMap(([setting, text]) => {
    if (text === undefined) return []
    const messages = setting === 'token' ? tokenProblems(text) : textProblems(text, setting === 'name')
    return messages.map((message) => ({ setting, message }))
  })
}

const DAY_MS = 86_400_000

/** A rhythm that must spend the day's calls before the day is over; what retries cost comes on top. */
function overQuota({ refreshInterval, licenses }: OperationTexts): SettingProblem[] {
  const interval = intervalSetting.safeParse(refreshInterval).data
  const limit = dailyLimit({ licenses: settings.licenses.optional().safeParse(licenses).data })
  if (interval === undefined || limit === undefined) return []
  const calls = Math.ceil(DAY_MS / interval)
  if (calls <= limit) return []
  const count = (number: number) => number.toLocaleString('en')
  const shortest = formatDuration(Math.ceil(DAY_MS / limit / 1000) * 1000)
  const message =
    `${formatDuration(interval)} would spend ${count(calls)} calls a day, more than the ${count(limit)} ` +
    `that the licences allow (${licenses} × ${count(CALLS_A_LICENSE)}); the shortest is ${shortest}`
  return [{ setting: 'refreshInterval', message }]
}

/**
 * The age that data reaches between two refreshes that both succeed, the second as late as the timeout allows. If data
 * turned stale earlier, the agents would vanish during each refresh.
 */
function shortestStaleAfter(refreshIntervalMs: number, timeoutMs: number): number {
  return refreshIntervalMs + timeoutMs
}

function staleTooSoon({ refreshInterval, timeout, staleAfter }: OperationTexts): SettingProblem[] {
  const interval = intervalSetting.safeParse(refreshInterval).data
  const timeoutMs = timeoutSetting.safeParse(timeout).data
  const stale = settings.staleAfter.optional().safeParse(staleAfter).data
  if (interval === undefined || timeoutMs === undefined || stale === undefined) return []
  const shortest = shortestStaleAfter(interval, timeoutMs)
  if (stale >= shortest) return []
  const message =
    `must be at least ${formatDuration(shortest)}: the refresh interval (${formatDuration(interval)}) ` +
    `plus the timeout (${formatDuration(timeoutMs)})`
  return [{ setting: 'staleAfter', message }]
}
