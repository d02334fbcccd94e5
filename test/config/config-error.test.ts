import { describe, expect, it } from 'vitest'
import { ConfigError, collectErrors } from '../../src/config/config-error.ts'

const reject = (...problems: string[]) => {
  return () => {
    throw new ConfigError(problems)
  }
}

describe('collectErrors', () => {
  it('returns both values, of synchronous and asynchronous readers', async () => {
    expect(
      await collectErrors(
        () => 'flags',
        async () => undefined,
      ),
    ).toEqual(['flags', undefined])
  })

  it.each([
    ['of the first', reject('a', 'b'), () => 1, ['a', 'b']],
    ['of the second', () => 1, reject('c'), ['c']],
    ['of both, in order', reject('a', 'b'), reject('c'), ['a', 'b', 'c']],
  ])('throws the problems %s', async (_, first, second, problems) => {
    await expect(collectErrors(first, second)).rejects.toThrow(expect.objectContaining({ problems }))
  })

  it('rethrows other errors unchanged', async () => {
    const bug = new TypeError('a bug')
    const broken = () => {
      throw bug
    }
    await expect(collectErrors(reject('a'), broken)).rejects.toThrow(bug)
  })
})
