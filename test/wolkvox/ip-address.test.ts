import { describe, expect, it } from 'vitest'
import { createVersionReader, hasIpAddress, readTextWithoutAddress } from '../../src/wolkvox/ip-address.ts'
import { UNREADABLE } from '../../src/wolkvox/values.ts'
import fc from '../support/fast-check.ts'

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
    '192_0_2_7',
    't-192_0_2_7',
    '192 0 2 7',
    '192 . 0 . 2 . 7',
    '192 -0 -2- 7',
    '192\t.0.2.7',
    '192[.]0[.]2[.]7',
    '192 (dot) 0 (dot) 2 (dot) 7',
    '１９２.0.2.7',
    '192．0．2．7',
    '192。0。2。7',
    '192·0·2·7',
    '192–0–2–7',
    '192\u200b.0.2.7',
    '19\u00ad2.0.2\u2060.7',
    '192.0.2⁵.⁷',
    '2001:db8\u200b::7',
    '２００１：db8：：7',
    'x 2001-db8--7.IPv6-literal.net',
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
    'Wifi 2 4 GHz 5',
    '10 de 20 de 30 de 40',
    'Ñandú_1_2_3',
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

  it.each(['1', '1.', '1-', ':', 'a:', 'f', '1.1.1.', ': ', ' .', '1 ', '_ ', '[ ', 'a\u0301\u0323', '１'])(
    'is searched for in linear time: %j',
    (unit) => {
      const startedAt = process.cpuUsage()
      hasIpAddress(unit.repeat(500_000))
      expect(process.cpuUsage(startedAt).user / 1000).toBeLessThan(2000)
    },
  )
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

describe('a version of four numbers', () => {
  const read = (address: unknown, version: unknown) => createVersionReader(address)(version)

  it.each([
    ['198.51.100.1', '1.4.2.7'],
    ['10.0.0.1, 198.51.100.1', 'app/1.4.2.7 (build 5)'],
    ['198.51.100.1:5060', 'versión 1.4.2.7'],
    ['::ffff:198.51.100.1', '1.4.2.7-beta'],
    ['', '120.0.0.0'],
    ['', '4.2.1'],
  ])('is read in a record with the address %j: %j', (address, version) => {
    expect(read(address, version)).toBe(version)
  })

  it.each([
    ['', '192.0.2.7'],
    ['-', '1.4.2.7'],
    [undefined, '192.0.2.7'],
    [['198.51.100.1'], '192.0.2.7'],
    ['unknown', '192.0.2.7'],
    ['2001:db8::7', '192.0.2.7'],
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7', 'app 192.0.2.7 (x)'],
    ['10.0.0.1, 192.0.2.7', '192.0.2.7'],
    ['10.0.0.1 192.0.2.7', '192.0.2.7'],
    ['192.000.002.007', 'app 192.0.2.7'],
    ['192.0.2.7', '192.000.02.7'],
    ['１９２.0.2.7', '192.0.2.7'],
    ['198.51.0.0', '198.51.0.0'],
    ['198.51.100.1', '１９２.0.2.7'],
    ['198.51.100.1', '1\u200b92.0.2.7'],
    ['198.51.100.1', '192 . 0 . 2 . 7'],
    ['198.51.100.1', '192_0_2_7'],
    ['198.51.100.1', '1.4.2.7 at 192-0-2-7'],
    ['198.51.100.1', '192.0.2.7:5060'],
  ])('can be an address in a record with the address %j: %j', (address, version) => {
    expect(read(address, version)).toBe(UNREADABLE)
  })
})
