import { expect, it } from 'vitest'
import { createTokenBucket } from '../../../src/server/web-config/rate-limit.ts'

it('allows a burst, then one request per interval', () => {
  let now = 0
  const take = createTokenBucket({ intervalMs: 100, burst: 3 }, () => now)
  const takeMany = (times: number) => Array.from({ length: times }, take)
  expect(takeMany(4)).toEqual([true, true, true, false])
  now += 99
  expect(take()).toBe(false)
  now += 1
  expect(takeMany(2)).toEqual([true, false])
  now += 60_000
  expect(takeMany(4)).toEqual([true, true, true, false])
})
