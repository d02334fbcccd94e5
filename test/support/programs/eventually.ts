import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until the check gives something, asking again and again; fails loudly when it never does. */
export async function eventually<T>(
  what: string,
  check: () => T | undefined | Promise<T | undefined>,
  patienceMs = 20_000,
): Promise<T> {
  for (const start = Date.now(); Date.now() - start < patienceMs; await sleep(50)) {
    const found = await check()
    if (found !== undefined) return found
  }
  throw new Error(`in ${patienceMs / 1000} s there was no ${what}`)
}
