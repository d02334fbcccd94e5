import { describe, expect, it } from 'vitest'
import { formatListenAddress, parseListenAddress } from '../../src/config/listen-address.ts'

describe('parseListenAddress', () => {
  it.each([
    [':9989', undefined, 9989],
    [':0', undefined, 0],
    [':65535', undefined, 65_535],
    ['127.0.0.1:9989', '127.0.0.1', 9989],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['localhost:80', 'localhost', 80],
    ['exporter.example.org:9989', 'exporter.example.org', 9989],
    ['[::1]:0', '::1', 0],
    ['[::]:9989', '::', 9989],
    ['[2001:DB8::5]:9989', '2001:DB8::5', 9989],
    ['[::ffff:127.0.0.1]:9989', '::ffff:127.0.0.1', 9989],
    ['[fe80::1%eth0]:9989', 'fe80::1%eth0', 9989],
  ])('reads %s', (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port })
  })

  it.each([
    ['unix:/run/exporter.sock', '/run/exporter.sock'],
    ['unix:/run/a folder/exporter:1.sock', '/run/a folder/exporter:1.sock'],
    [`unix:/${'a'.repeat(102)}`, `/${'a'.repeat(102)}`],
  ])('reads the Unix socket %s', (text, path) => {
    expect(parseListenAddress(text)).toEqual({ path })
  })

  it.each([
    ['a Unix socket without a path', 'unix:'],
    ['a relative path of a Unix socket', 'unix:exporter.sock'],
    ['a folder as a Unix socket', 'unix:/run/'],
    ['a path that is too long for a Unix socket', `unix:/${'a'.repeat(103)}`],
    ['a path that is too long in bytes', `unix:/${'ñ'.repeat(52)}`],
    ['an abstract Unix socket', 'unix:@exporter'],
    ['nothing', ''],
    ['a port without its colon', '9989'],
    ['a host without a port', 'localhost'],
    ['an empty port', 'localhost:'],
    ['a colon alone', ':'],
    ['a port above 65535', ':65536'],
    ['a port of six digits', ':099989'],
    ['a negative port', ':-1'],
    ['a port by name', ':http'],
    ['an IPv6 address without brackets', '::1:9989'],
    ['an IPv6 address without a port', '[::1]'],
    ['empty brackets', '[]:9989'],
    ['a name in brackets', '[localhost]:9989'],
    ['a bracket that is not closed', '[::1:9989'],
    ['a URL', 'http://localhost:9989'],
    ['a path after it', ':9989/metrics'],
    ['space in the host', 'local host:9989'],
    ['space after it', ':9989 '],
    ['a line break after it', ':9989\n'],
    ['two addresses', ':9989,:9990'],
  ])('rejects %s', (_, text) => {
    expect(parseListenAddress(text)).toBeUndefined()
  })
})

describe('formatListenAddress', () => {
  it.each([
    ':9989',
    ':0',
    '127.0.0.1:9989',
    'localhost:80',
    '[::1]:0',
    '[fe80::1%eth0]:9989',
    'unix:/run/exporter.sock',
  ])('writes %s as it was read', (text) => {
    const address = parseListenAddress(text)
    if (address === undefined) throw new Error('not an address')
    expect(formatListenAddress(address)).toBe(text)
  })
})
