import { type OnTestFinishedHandler, onTestFinished as registerHandler, TestRunner } from 'vitest'

/**
 * Runs the handler when the current test ends.
 *
 * @throws in a concurrent test: Vitest attaches the handler to the test that started last, which could end the programs of another
 *   one. The context of a test has an `onTestFinished` that knows its test
 */
export function onTestFinished(handler: OnTestFinishedHandler): void {
  if (TestRunner.getCurrentTest()?.concurrent) {
    throw new Error('a concurrent test cannot use the shared hook: use onTestFinished of its context')
  }
  registerHandler(handler)
}
