import { describe, expect, it } from 'vitest'
import { createRepeatedFailures } from '../src/repeated-failures.ts'
import { momentAt } from '../tools/fixtures.ts'

const MINUTE = 60_000
const INTERVAL = 5 * MINUTE

/** The levels of what happens every five minutes: the kind of a failure, or `ok`. `-` for a success without a notice. */
function levelsOf(events: readonly string[]): string[] {
  const failures = createRepeatedFailures()
  return events.map((event, index) => {
    const now = momentAt(index * INTERVAL)
    const notice = event === 'ok' ? failures.succeeded(now) : failures.failed(event.split('+'), now)
    return notice?.level ?? '-'
  })
}

const repeat = (count: number, ...events: string[]) => Array.from({ length: count }, () => events).flat()

const count = (levels: readonly string[], level: string) => levels.filter((each) => each === level).length

describe('a failure that repeats', () => {
  it('is a warning when it begins, and then once an hour', () => {
    const levels = levelsOf(repeat(37, 'timeout'))
    expect(levels.flatMap((level, index) => (level === 'warn' ? [index * 5] : []))).toEqual([0, 60, 120, 180])
    expect(count(levels, 'debug')).toBe(33)
  })

  it('says how many there were, for how long, and how many lines were left out', () => {
    const failures = createRepeatedFailures()
    const notices = repeat(13, 'timeout').map((kind, index) =>
      failures.failed([kind], momentAt(index * INTERVAL)),
    )
    expect(notices[0]).toEqual({ level: 'warn', fields: { failures: 1 } })
    expect(notices[1]).toEqual({ level: 'debug', fields: { failures: 2, failing_for: '5m' } })
    expect(notices[12]).toEqual({
      level: 'warn',
      fields: { failures: 13, failing_for: '1h', suppressed: 11 },
    })
  })

  it('ends with one line that says how long it lasted', () => {
    const failures = createRepeatedFailures()
    repeat(3, 'timeout').map((kind, index) => failures.failed([kind], momentAt(index * INTERVAL)))
    expect(failures.succeeded(momentAt(15 * MINUTE))).toEqual({
      level: 'info',
      fields: { failures: 3, failing_for: '15m' },
    })
    expect(failures.succeeded(momentAt(20 * MINUTE))).toBeUndefined()
  })

  it('is a warning again in the next hour after a recovery', () => {
    expect(levelsOf(['timeout', ...repeat(12, 'ok'), 'timeout'])).toEqual([
      'warn',
      'info',
      ...repeat(11, '-'),
      'warn',
    ])
  })
})

describe('a change of the reason', () => {
  it('is a warning at once', () => {
    expect(levelsOf(['timeout', 'timeout', 'connect', 'connect'])).toEqual(['warn', 'debug', 'warn', 'debug'])
  })

  it('is no warning each time while two reasons alternate', () => {
    // Three hours.
    const levels = levelsOf(repeat(18, 'timeout', 'connect'))
    expect(levels.slice(0, 4)).toEqual(['warn', 'warn', 'debug', 'debug'])
    expect(count(levels, 'warn')).toBe(6)
  })

  it('is a warning if one of several reasons is new', () => {
    expect(levelsOf(['a', 'a+b', 'a+b', 'b'])).toEqual(['warn', 'warn', 'debug', 'debug'])
  })
})

describe('a failure that comes and goes', () => {
  it('costs one warning and one recovery an hour', () => {
    const levels = levelsOf(repeat(18, 'timeout', 'ok'))
    expect(levels.slice(0, 4)).toEqual(['warn', 'info', 'debug', 'debug'])
    expect([count(levels, 'warn'), count(levels, 'info')]).toEqual([3, 3])
  })

  it('is a warning again if it stays after the recovery was logged', () => {
    const levels = levelsOf(['timeout', 'ok', ...repeat(4, 'timeout'), 'ok'])
    expect(levels).toEqual(['warn', 'info', 'debug', 'debug', 'warn', 'debug', 'info'])
  })
})

it('remembers a bounded number of reasons', () => {
  const reasons = Array.from({ length: 65 }, (_, index) => `reason ${index}`)
  const failures = createRepeatedFailures()
  for (const reason of reasons) failures.failed([reason], momentAt(0))
  const levelOf = (kind = '') => failures.failed([kind], momentAt(1)).level
  expect([levelOf(reasons.at(-1)), levelOf(reasons.at(0))]).toEqual(['debug', 'warn'])
})
