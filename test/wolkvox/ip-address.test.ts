import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasIpAddress, readTextWithoutAddress } from '../../src/wolkvox/ip-address.ts'
import { UNREADABLE } from '../../src/wolkvox/values.ts'

describe('an IP address', () => {
  it.each([
    '192.0.2.7',
    '10.0.0.7',
    ' 192.0.2.7 ',
    '192.000.002.007',
    '192.0.2.7:5060',
    'sip:192.0.2.7;transport=udp',
    'web/192.0.2.7/24',
    '192.0.2.7.',
    '300.192.0.2.7',
    '192.0.2.7.9',
    'x192.0.2.7y',
    'ip-192-0-2-7.example.com',
    '::1',
    '2001:db8::7',
    '2001:DB8:0:0:0:0:0:7',
    '[2001:db8::7]:5060',
    'sip:2001:db8::7',
    'fe80::1%eth0',
    'at 2001:db8::7.',
    '::ffff:192.0.2.7',
  ])('is found in %j', (text) => {
    expect(hasIpAddress(text)).toBe(true)
    expect(readTextWithoutAddress(text)).toBe(UNREADABLE)
  })

  it.each([
    '4.2.1',
    '1.2.3',
    '120.0.0.0',
    '4.1.0.0',
    '120.0.6099.109',
    '2026.3.10.1',
    '256.1.1.1',
    '2026-03-10-1',
    '10:30:00',
    '00:1b:44:11:3a:b7',
    'SIP::trunk',
    '::',
    'Ana-María',
    'Wifi 5 GHz',
    '1-2.3-4',
  ])('is not found in %j', (text) => {
    expect(hasIpAddress(text)).toBe(false)
    expect(readTextWithoutAddress(` ${text} `)).toBe(text)
  })

  it('is found wherever it is in a text', () => {
    const around = fc.string({ unit: fc.constantFrom(...' xyz/()[]=,;') })
    fc.assert(
      fc.property(around, fc.oneof(fc.ipV4(), fc.ipV6()), around, (before, address, after) => {
        fc.pre(address !== '::' && !/^\d+\.\d+\.0\.0$/.test(address))
        expect(hasIpAddress(before + address + after)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it.each(['1', '1.', '1-', ':', 'a:', 'f', '1.1.1.', ': '])('is searched for in linear time: %j', (unit) => {
    const startedAt = process.cpuUsage()
    hasIpAddress(unit.repeat(500_000))
    expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(2000)
  })
})

it('a value without a text is read like any other text', () => {
  expect(['', '-', null, undefined].map(readTextWithoutAddress)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect([[], {}, true].map(readTextWithoutAddress)).toEqual([UNREADABLE, UNREADABLE, UNREADABLE])
  expect(readTextWithoutAddress(4.2)).toBe('4.2')
})
