import { describe, expect, it } from 'vitest'
import { ConfigError, collectErrors } from '../../src/config/config-error.ts'

const reject = (...problems: string[]) => {
  return () => {
    throw new ConfigError(problems)
  }
}

describe('collectErrors', () => {
  it('returns all values in order, of synchronous and asynchronous readers', async () => {
    const [flags, nothing, count] = await collectErrors(
      () => 'flags',
      async () => undefined,
      async () => 3,
    )
    expect([flags.length, nothing, count + 1]).toEqual([5, undefined, 4])
  })

  it.each([
    ['of the first', [reject('a', 'b'), () => 1, () => 2], ['a', 'b']],
    ['of the last', [() => 1, () => 2, reject('c')], ['c']],
    ['of all, in order', [reject('a', 'b'), reject('c'), async () => reject('d')()], ['a', 'b', 'c', 'd']],
  ])('throws the problems %s', async (_, readers, problems) => {
    await expect(collectErrors(...readers)).rejects.toThrow(expect.objectContaining({ problems }))
  })

  it('rethrows other errors unchanged', async () => {
    const bug = new TypeError('a bug')
    const broken = () => {
      throw bug
    }
    await expect(collectErrors(reject('a'), broken)).rejects.toThrow(bug)
  })
})
