import { describe, expect, it } from 'vitest'
import { sansOf } from '../../../src/server/web-config/tls.ts'

describe('the names of a certificate', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['DNS:a.example.com, DNS:b.example.com', ['a.example.com', 'b.example.com']],
    ['IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1', ['192.0.2.1', '2001:db8::1']],
    ['email:a@example.com, URI:https://example.com/a', ['a@example.com', 'https://example.com/a']],
    // One name that contains what looks like another.
    ['URI:"https://example.com/, DNS:evil.example.com"', ['https://example.com/, DNS:evil.example.com']],
    ['DNS:"a\\", DNS:evil.example.com"', ['a", DNS:evil.example.com']],
    ['othername:<unsupported>, DNS:a.example.com', ['a.example.com']],
    ['DirName:"CN=x, DNS:evil.example.com", DNS:a.example.com', ['a.example.com']],
  ])('in %s', (extension, names) => {
    expect(sansOf(extension)).toEqual(names)
  })
})
