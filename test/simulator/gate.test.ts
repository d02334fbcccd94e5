import { describe, expect, it } from 'vitest'
import { failures } from '../../src/simulator/api/envelope.ts'
import { Gate } from '../../src/simulator/api/gate.ts'

function call(gate: Gate, today: number) {
  const refusal = gate.enter(today)
  if (refusal === undefined) gate.leave()
  return refusal
}

describe('the gate', () => {
  it('opens again with the next day once the quota is spent', () => {
    const gate = new Gate(1)
    for (let count = 0; count < 1000; count += 1) expect(call(gate, 0)).toBeUndefined()
    expect(call(gate, 0)).toBe(failures.tokenLimit)
    expect(call(gate, 1)).toBeUndefined()
    expect(gate.calls).toBe(1001)
  })

  it('charges for a call that comes one too many at a time', () => {
    const gate = new Gate(1)
    expect([gate.enter(0), gate.enter(0), gate.enter(0)]).toEqual([
      undefined,
      undefined,
      failures.simultaneousRequests,
    ])
    expect(gate.calls).toBe(3)
    gate.leave()
    expect(gate.enter(0)).toBeUndefined()
  })

  it('is shut for an operation without licences', () => {
    expect(call(new Gate(0), 0)).toBe(failures.tokenLimit)
  })
})
