import { describe, expect, it } from 'vitest'
import { connectionOf, type Measurement, Network } from '../../src/simulator/centre/network.ts'
import { day, dayOf, hour } from '../../src/simulator/centre/time.ts'

const agents = Array.from({ length: 120 }, (_, index) => index)

/** The agents of a site, and a calm network with the same seed. */
const network = new Network(1, false)
const calm = new Network(1, true)
const bad = network.badHour(0) ?? expect.fail()
const poorAt = (second: number) => agents.filter((index) => network.isPoor(index, second))

const isPoor = ({ latencyMs, txLoss, rejection }: Measurement) =>
  latencyMs > 400 && txLoss > 0.01 && rejection > 0.01

const isGood = ({ latencyMs, txLoss, rxLoss, rejection }: Measurement) =>
  latencyMs < 150 && txLoss < 0.01 && rxLoss < 0.01 && rejection <= 0.01

describe('the bad hour', () => {
  it('takes one hour of each working day, at one site', () => {
    for (let dayNumber = 0; dayNumber < 50; dayNumber += 1) {
      const { from, to } = network.badHour(dayNumber) ?? expect.fail()
      expect(to - from).toBe(hour)
      expect(dayOf(from)).toBe(dayNumber)
      expect((from % day) / hour).toBeGreaterThanOrEqual(9)
      expect((from % day) / hour).toBeLessThan(16)
    }
    const hours = new Set(Array.from({ length: 50 }, (_, index) => (network.badHour(index)?.from ?? 0) % day))
    expect(hours.size).toBeGreaterThan(5)
  })

  it('makes some connections poor, and only during the hour', () => {
    expect(poorAt(bad.from - 1)).toEqual([])
    expect(poorAt(bad.to)).toEqual([])
    const poor = poorAt(bad.from)
    expect(poor.length).toBeGreaterThan(10)
    expect(poor.length).toBeLessThan(60)
    for (const index of agents) {
      const measurement = network.measure(index, bad.from + hour / 2, 0)
      expect(isPoor(measurement)).toBe(poor.includes(index))
      expect(isGood(measurement)).toBe(!poor.includes(index))
      expect(isGood(network.measure(index, bad.to + hour, 0))).toBe(true)
    }
  })

  it('does not exist in a calm network', () => {
    expect(calm.badHour(0)).toBeUndefined()
    for (let second = 8 * hour; second < 18 * hour; second += 907) {
      for (const index of agents) expect(isGood(calm.measure(index, second, 0))).toBe(true)
    }
  })

  it('differs between seeds', () => {
    const hours = Array.from({ length: 20 }, (_, seed) => new Network(seed, false).badHour(0)?.from)
    expect(new Set(hours).size).toBeGreaterThan(5)
  })
})

describe('a connection', () => {
  it('is wired or wireless; a wireless one is slower on average', () => {
    const meanLatency = (type: string) => {
      const values = agents
        .filter((index) => connectionOf(index).type === type)
        .map((index) => calm.measure(index, 10 * hour, 0).latencyMs)
      expect(values.length).toBeGreaterThan(10)
      return values.reduce((sum, value) => sum + value, 0) / values.length
    }
    expect(meanLatency('Wifi')).toBeGreaterThan(1.5 * meanLatency('Ethernet'))
  })

  it('has an address reserved for documentation', () => {
    for (const index of agents)
      expect(connectionOf(index).ip).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\./)
  })

  it('is poor while its agent is in the list of poor agents', () => {
    const controlled = new Network(1, true)
    controlled.poorAgents = new Set([4])
    expect(isPoor(controlled.measure(4, 10 * hour, 0))).toBe(true)
    expect(isGood(controlled.measure(5, 10 * hour, 0))).toBe(true)
  })
})

describe('a measurement', () => {
  it('is at most a minute old, and never from before the login', () => {
    for (const index of agents) {
      for (const second of [10 * hour, 10 * hour + 17, 10 * hour + 59]) {
        const { measuredAt } = calm.measure(index, second, 0)
        expect(second - measuredAt).toBeGreaterThanOrEqual(0)
        expect(second - measuredAt).toBeLessThan(60)
        expect(calm.measure(index, second, second - 5).measuredAt).toBeGreaterThanOrEqual(second - 5)
      }
    }
  })

  it('stays the same until the next one, and depends only on seed, agent and time', () => {
    const first = calm.measure(7, 36_000, 0)
    expect(calm.measure(7, first.measuredAt + 59, 0)).toEqual(first)
    expect(calm.measure(7, first.measuredAt + 60, 0)).not.toEqual(first)
    expect(new Network(1, true).measure(7, 36_000, 0)).toEqual(first)
    expect(new Network(2, true).measure(7, 36_000, 0).latencyMs).not.toBe(first.latencyMs)
    expect(calm.measure(8, 36_000, 0).latencyMs).not.toBe(first.latencyMs)
  })
})
