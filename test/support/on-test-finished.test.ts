import { expect, it } from 'vitest'
import { onTestFinished } from './on-test-finished.ts'

it.concurrent('a concurrent test cannot use the shared hook', () => {
  expect(() => onTestFinished(() => undefined)).toThrow('use onTestFinished of its context')
})
