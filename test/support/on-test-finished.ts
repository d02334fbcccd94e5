import { type OnTestFinishedHandler, onTestFinished as registerHandler, TestRunner } from 'vitest'

/**
 * Runs the handler when the current test ends.
 *
 * Of several concurrent tests, Vitest takes the one that started last, so that a test could end the programs of another. Their
 * context has a hook of its own.
 *
 * @throws in a concurrent test
 */
export function onTestFinished(handler: OnTestFinishedHandler): void {
  if (TestRunner.getCurrentTest()?.concurrent) {
    throw new Error('a concurrent test cannot use the shared hook: use onTestFinished of its context')
  }
  registerHandler(handler)
}
