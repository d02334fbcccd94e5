import { dailyLimit } from '../config/quota.ts'
import { type Attempt, failedOutcome, type Outcome } from './attempt.ts'
import { isSpent } from './quota.ts'
import type { OperationState } from './state.ts'
import type { TokenQueue } from './token-queue.ts'

/** Where a call reads what is known, and says what it spends. */
export interface Ledger {
  readonly state: () => OperationState
  /** Counts a request, before it is sent. */
  readonly spend: () => void
  /** Keeps the counts across restarts. */
  readonly save: () => Promise<void>
}

/**
 * One call, within the limits: never two at a time with one token, never one past the day's limit, and never one that a
 * restart would not know of.
 *
 * @param signal ends it early; then its reason is thrown
 */
export async function callWithinLimits(
  attempt: Attempt,
  tokens: TokenQueue,
  { state, spend, save }: Ledger,
  signal: AbortSignal,
): Promise<Outcome> {
  const { operation } = state()
  return tokens.run(operation.token.reveal(), signal, async () => {
    if (isSpent(state(), Date.now())) return spentOutcome(dailyLimit(operation))
    spend()
    await save()
    signal.throwIfAborted()
    return attempt(operation, signal)
  })
}

function spentOutcome(limit: number | undefined): Outcome {
  const message = `the ${limit} calls that the licences allow today are spent, so none was sent`
  return failedOutcome('quota_exceeded', message)
}
