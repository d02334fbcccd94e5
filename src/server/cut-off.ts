import type { ServerResponse } from 'node:http'

// Prometheus gives up after 10 s unless it is told otherwise; whoever reads for so long is not going to end.
const DEADLINE_MS = 60_000

/**
 * Cuts off responses that take longer than any scraper waits. One timer for all, set for the oldest: one for each would be
 * a good part of what a small scrape costs.
 *
 * @param underWay when each began, in milliseconds by `performance.now()`, the oldest first
 * @returns to be called when one has begun
 */
export function createCutOff(underWay: ReadonlyMap<ServerResponse, number>): () => void {
  let timer: NodeJS.Timeout | undefined

  function cutOff(): void {
    timer = undefined
    for (const [response, beganAt] of underWay) {
      const leftMs = beganAt + DEADLINE_MS - performance.now()
      if (leftMs > 0) {
        timer = setTimeout(cutOff, leftMs).unref()
        return
      }
      response.destroy()
    }
  }

  return () => {
    if (timer === undefined) cutOff()
  }
}
