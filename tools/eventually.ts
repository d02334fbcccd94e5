import { setTimeout as sleep } from 'node:timers/promises'

/** Repeats the check until it returns a value. @throws after the timeout */
export async function eventually<T>(
  what: string,
  check: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 20_000,
): Promise<T> {
  for (const start = Date.now(); Date.now() - start < timeoutMs; await sleep(50)) {
    const found = await check()
    if (found !== undefined) return found
  }
  throw new Error(`no ${what} within ${timeoutMs / 1000} s`)
}
