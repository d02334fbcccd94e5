import { describe, expect, it } from 'vitest'
import { RequestLimiter } from '../../src/simulator/api/admission.ts'
import { apiErrors } from '../../src/simulator/api/responses.ts'

function request(limiter: RequestLimiter, today: number) {
  const error = limiter.admit(today)
  if (error === undefined) limiter.release()
  return error
}

describe('the request limiter', () => {
  it('admits requests again on the day after the quota is exhausted', () => {
    const limiter = new RequestLimiter(1)
    for (let count = 0; count < 1000; count += 1) expect(request(limiter, 0)).toBeUndefined()
    expect(request(limiter, 0)).toBe(apiErrors.tokenLimit)
    expect(request(limiter, 1)).toBeUndefined()
    expect(limiter.totalRequests).toBe(1001)
  })

  it('counts a request rejected by the concurrency limit', () => {
    const limiter = new RequestLimiter(1)
    expect([limiter.admit(0), limiter.admit(0), limiter.admit(0)]).toEqual([
      undefined,
      undefined,
      apiErrors.simultaneousRequests,
    ])
    expect(limiter.totalRequests).toBe(3)
    limiter.release()
    expect(limiter.admit(0)).toBeUndefined()
  })

  it('admits as many requests at once as it is made for, and counts those that it rejects', () => {
    const limiter = new RequestLimiter(1, 1)
    expect([limiter.admit(0), limiter.admit(0)]).toEqual([undefined, apiErrors.simultaneousRequests])
    limiter.release()
    expect(limiter.admit(0)).toBeUndefined()
    expect(limiter.rejectedRequests).toBe(1)
  })

  it('rejects every request without licenses', () => {
    const limiter = new RequestLimiter(0)
    expect(request(limiter, 0)).toBe(apiErrors.tokenLimit)
    expect(limiter.rejectedRequests).toBe(1)
  })
})
