// Loaded before a program. Replies to each message of the parent process with the longest stalls of the main thread since the
// previous message.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

// A native timer of the event loop: timers in JavaScript can be late for other reasons. Each delay includes the resolution, which
// is subtracted, so a stall is exact to a millisecond, the finest resolution.
const RESOLUTION_MS = 1
const NS_IN_MS = 1e6
const US_IN_MS = 1e3

/** In milliseconds, since the previous message. */
export interface Stalls {
  /** The longest time without a turn of the event loop, because the thread worked or had no CPU. */
  readonly longest: number
  /** The most CPU time between two turns. Other load on the machine does not change it. */
  readonly busiest: number
}

// Worker threads load this module too, but their stalls do not matter.
if (isMainThread) {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  let busiest = 0
  let worked = workedMs()
  // The native timer does not measure CPU time. A late timer still sees all of it.
  setInterval(() => {
    const now = workedMs()
    busiest = Math.max(busiest, now - worked)
    worked = now
  }, RESOLUTION_MS)
  process.on('message', () => {
    const stalls: Stalls = { longest: Math.max(0, delays.max / NS_IN_MS - RESOLUTION_MS), busiest }
    process.send?.(stalls)
    delays.reset()
    busiest = 0
  })
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / US_IN_MS
}
