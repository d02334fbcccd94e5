import { describe, expect, it } from 'vitest'
import { ConfigError, readBoth } from '../../src/config/config-error.ts'

const refuse = (...problems: string[]) => {
  return () => {
    throw new ConfigError(problems)
  }
}

describe('readBoth', () => {
  it('gives what both give', () => {
    expect(
      readBoth(
        () => 'flags',
        () => undefined,
      ),
    ).toEqual(['flags', undefined])
  })

  it.each([
    ['of the first', refuse('a', 'b'), () => 1, ['a', 'b']],
    ['of the second', () => 1, refuse('c'), ['c']],
    ['of both, in order', refuse('a', 'b'), refuse('c'), ['a', 'b', 'c']],
  ])('throws the problems %s', (_, first, second, problems) => {
    expect(() => readBoth(first, second)).toThrow(expect.objectContaining({ problems }))
  })

  it('lets a fault of the program through as it is', () => {
    const fault = new TypeError('a fault')
    const broken = () => {
      throw fault
    }
    expect(() => readBoth(refuse('a'), broken)).toThrow(fault)
  })
})
