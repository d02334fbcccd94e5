import { describe, expect, it } from 'vitest'
import { ConfigError, readBoth } from '../../src/config/config-error.ts'

const refuse = (...problems: string[]) => {
  return () => {
    throw new ConfigError(problems)
  }
}

describe('readBoth', () => {
  it('gives what both give, at once or later', async () => {
    expect(
      await readBoth(
        () => 'flags',
        async () => undefined,
      ),
    ).toEqual(['flags', undefined])
  })

  it.each([
    ['of the first', refuse('a', 'b'), () => 1, ['a', 'b']],
    ['of the second', () => 1, refuse('c'), ['c']],
    ['of both, in order', refuse('a', 'b'), refuse('c'), ['a', 'b', 'c']],
  ])('throws the problems %s', async (_, first, second, problems) => {
    await expect(readBoth(first, second)).rejects.toThrow(expect.objectContaining({ problems }))
  })

  it('lets a fault of the program through as it is', async () => {
    const fault = new TypeError('a fault')
    const broken = () => {
      throw fault
    }
    await expect(readBoth(refuse('a'), broken)).rejects.toThrow(fault)
  })
})
