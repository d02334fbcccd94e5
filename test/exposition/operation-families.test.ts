import { describe, expect, it } from 'vitest'
import { writeLivePart } from '../../src/exposition/live-part.ts'
import { toSegmentNow } from '../../src/gzip/segment.ts'
import type { Outcome } from '../../src/refresh/attempt.ts'
import {
  initialState,
  type OperationState,
  withNextRefresh,
  withOutcome,
  withRequest,
} from '../../src/refresh/state.ts'
import { failureReasons } from '../../src/wolkvox/failure.ts'
import { anOperation, momentAt, parseExposition, renderText } from '../support/helpers.ts'

const NOW = Date.parse('2026-03-10T17:00:00.500Z')
const MINUTE = 60_000

const rejections = { records: { duplicate: 2 }, values: { calls: 3 } }

function good(records = 5): Outcome {
  const agentsByCategory = { ready: 2, talk: 1, ring: 0, acw: 1, aux: 1, logout: 0, unknown: 0 }
  return {
    ok: true,
    served: {
      fetchedAt: NOW,
      records,
      responseBytes: 1234,
      agentsByCategory,
      page: [toSegmentNow(Buffer.from('wolkvox_agent_calls{} 1\n'))],
    },
    rejections,
  }
}

const bad: Outcome = {
  ok: false,
  failure: { reason: 'timeout', message: 'too slow' },
  rejections: { records: {}, values: {} },
}

const operation = anOperation({ licenses: 50 })

const begun = () =>
  withNextRefresh(withRequest(initialState(operation, ['calls', 'acw_time'], NOW), NOW), NOW + 5 * MINUTE)

const succeeded = (records?: number) => withOutcome(begun(), good(records), 1500, momentAt(NOW))

const failed = () => withOutcome(begun(), bad, 1500, momentAt(NOW))

/** The samples of one family, as pairs of further labels and value. */
function samples(state: OperationState, family: string, now = NOW) {
  return parseExposition(writeLivePart([state], [], 'text', momentAt(now)))
    .filter(({ name }) => name === family)
    .map(({ labels: { operation: name, ...further }, value }) => {
      expect(name).toBe('ventas')
      return [further, value]
    })
}

const single = (value: number) => [[{}, value]]

describe('wolkvox_agents', () => {
  it('counts the agents of all seven categories, zeros included', () => {
    expect(samples(succeeded(), 'wolkvox_agents')).toEqual([
      [{ category: 'ready' }, 2],
      [{ category: 'talk' }, 1],
      [{ category: 'ring' }, 0],
      [{ category: 'acw' }, 1],
      [{ category: 'aux' }, 1],
      [{ category: 'logout' }, 0],
      [{ category: 'unknown' }, 0],
    ])
  })

  it('is absent before the first success', () => {
    expect(samples(begun(), 'wolkvox_agents')).toEqual([])
    expect(samples(failed(), 'wolkvox_agents')).toEqual([])
  })
})

describe('wolkvox_up', () => {
  it('is absent before the first refresh has ended, then 1 or 0', () => {
    expect(samples(begun(), 'wolkvox_up')).toEqual([])
    expect(samples(succeeded(), 'wolkvox_up')).toEqual(single(1))
    expect(samples(failed(), 'wolkvox_up')).toEqual(single(0))
    expect(samples(withOutcome(succeeded(), bad, 1, momentAt(NOW)), 'wolkvox_up')).toEqual(single(0))
  })
})

describe('wolkvox_last_failure_reason', () => {
  it('is 1 for the reason of the last refresh while it failed, and has no series otherwise', () => {
    const timedOut = [[{ reason: 'timeout' }, 1]]
    expect(samples(begun(), 'wolkvox_last_failure_reason')).toEqual([])
    expect(samples(failed(), 'wolkvox_last_failure_reason')).toEqual(timedOut)
    expect(samples(succeeded(), 'wolkvox_last_failure_reason')).toEqual([])
    const recovered = withOutcome(failed(), good(), 1, momentAt(NOW))
    expect(samples(recovered, 'wolkvox_last_failure_reason')).toEqual([])
  })

  it('changes with the reason and never has two', () => {
    const refused: Outcome = { ...bad, failure: { reason: 'invalid_token', message: 'refused' } }
    const state = withOutcome(failed(), refused, 1, momentAt(NOW))
    expect(samples(state, 'wolkvox_last_failure_reason')).toEqual([[{ reason: 'invalid_token' }, 1]])
  })
})

describe('what is known of the last good answer', () => {
  it.each([
    ['wolkvox_last_success_timestamp_seconds', NOW / 1000],
    ['wolkvox_records', 5],
    ['wolkvox_record_limit_reached', 0],
    ['wolkvox_response_bytes', 1234],
  ])('%s is absent until there is one, and stays after a failure', (family, value) => {
    expect(samples(failed(), family)).toEqual([])
    expect(samples(succeeded(), family)).toEqual(single(value))
    expect(samples(withOutcome(succeeded(), bad, 1, momentAt(NOW)), family)).toEqual(single(value))
  })

  it('wolkvox_record_limit_reached is 1 at 60,000 records, not at one less', () => {
    expect(samples(succeeded(60_000), 'wolkvox_record_limit_reached')).toEqual(single(1))
    expect(samples(succeeded(59_999), 'wolkvox_record_limit_reached')).toEqual(single(0))
  })
})

describe('the rhythm', () => {
  it.each([
    ['wolkvox_next_refresh_timestamp_seconds', (NOW + 5 * MINUTE) / 1000],
    ['wolkvox_refresh_interval_seconds', 300],
    ['wolkvox_stale_after_seconds', 900],
  ])('%s is there from the start', (family, value) => {
    expect(samples(begun(), family)).toEqual(single(value))
  })

  it('wolkvox_last_refresh_duration_seconds is absent before the first has ended', () => {
    expect(samples(begun(), 'wolkvox_last_refresh_duration_seconds')).toEqual([])
    expect(samples(failed(), 'wolkvox_last_refresh_duration_seconds')).toEqual(single(1.5))
  })
})

describe('the counters', () => {
  it('wolkvox_refreshes_total counts refreshes ended, well or not', () => {
    expect(samples(begun(), 'wolkvox_refreshes_total')).toEqual(single(0))
    expect(samples(withOutcome(failed(), good(), 1, momentAt(NOW)), 'wolkvox_refreshes_total')).toEqual(
      single(2),
    )
  })

  it('wolkvox_refresh_failures_total has every reason from the start', () => {
    expect(samples(begun(), 'wolkvox_refresh_failures_total')).toEqual(
      failureReasons.map((reason) => [{ reason }, 0]),
    )
    expect(samples(failed(), 'wolkvox_refresh_failures_total')).toContainEqual([{ reason: 'timeout' }, 1])
  })

  it('wolkvox_api_requests_total and wolkvox_api_requests_today count what is sent', () => {
    expect(samples(begun(), 'wolkvox_api_requests_total')).toEqual(single(1))
    expect(samples(begun(), 'wolkvox_api_requests_today')).toEqual(single(1))
    const tomorrow = NOW + 24 * 60 * MINUTE
    expect(samples(begun(), 'wolkvox_api_requests_total', tomorrow)).toEqual(single(1))
    expect(samples(begun(), 'wolkvox_api_requests_today', tomorrow)).toEqual(single(0))
  })

  it('wolkvox_api_day_end_timestamp_seconds is when the day of the operation turns, in whole seconds', () => {
    const midnightInBogota = Date.parse('2026-03-11T05:00:00Z') / 1000
    expect(samples(begun(), 'wolkvox_api_day_end_timestamp_seconds')).toEqual(single(midnightInBogota))
    const justBefore = Date.parse('2026-03-11T04:59:58.7Z')
    expect(samples(begun(), 'wolkvox_api_day_end_timestamp_seconds', justBefore)).toEqual(
      single(midnightInBogota),
    )
  })

  it('wolkvox_api_daily_limit is there only where licences are configured', () => {
    expect(samples(begun(), 'wolkvox_api_daily_limit')).toEqual(single(50_000))
    expect(samples(initialState(anOperation(), [], NOW), 'wolkvox_api_daily_limit')).toEqual([])
  })

  it('wolkvox_rejected_records_total and wolkvox_rejected_values_total have every reason and field from the start', () => {
    expect(samples(begun(), 'wolkvox_rejected_records_total')).toEqual([
      [{ reason: 'missing_id' }, 0],
      [{ reason: 'duplicate' }, 0],
      [{ reason: 'not_an_object' }, 0],
      [{ reason: 'unparsable' }, 0],
    ])
    expect(samples(begun(), 'wolkvox_rejected_values_total')).toEqual([
      [{ field: 'calls' }, 0],
      [{ field: 'acw_time' }, 0],
    ])
    expect(samples(succeeded(), 'wolkvox_rejected_records_total')).toContainEqual([
      { reason: 'duplicate' },
      2,
    ])
    expect(samples(succeeded(), 'wolkvox_rejected_values_total')).toContainEqual([{ field: 'calls' }, 3])
  })
})

describe('stale data', () => {
  const names = async (now: number) => {
    const samples = parseExposition(await renderText([succeeded()], [], 'text', now))
    return new Set(samples.map(({ name }) => name))
  }

  it('takes away the agents and wolkvox_agents, and leaves the rest', async () => {
    const fresh = await names(NOW + 15 * MINUTE)
    const stale = await names(NOW + 15 * MINUTE + 1)
    expect(fresh.difference(stale)).toEqual(new Set(['wolkvox_agent_calls', 'wolkvox_agents']))
    expect(stale).toContain('wolkvox_up')
  })
})
