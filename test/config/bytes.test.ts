import { describe, expect, it } from 'vitest'
import { parseBytes } from '../../src/config/bytes.ts'

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['67108864', 67_108_864],
    ['512B', 512],
    ['1KB', 1000],
    ['1KiB', 1024],
    ['20MB', 20_000_000],
    ['64MiB', 67_108_864],
    ['64 MiB', 67_108_864],
    ['1GB', 1_000_000_000],
    ['2GiB', 2_147_483_648],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes)
  })

  it.each([
    ['nothing', ''],
    ['a unit alone', 'MiB'],
    ['a negative size', '-1'],
    ['a fraction', '1.5MiB'],
    ['a thousands comma', '1,000'],
    ['an exponent', '1e6'],
    ['hexadecimal digits', '0x10'],
    ['a unit in the wrong case', '64mib'],
    ['a unit it does not know', '64M'],
    ['space before it', ' 64MiB'],
    ['a line break after it', '64MiB\n'],
    ['two sizes', '1MiB 2MiB'],
  ])('refuses %s', (_, text) => {
    expect(parseBytes(text)).toBeUndefined()
  })
})
