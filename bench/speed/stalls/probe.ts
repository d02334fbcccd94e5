// Loaded before a program: tells whoever started it, when asked by a message, how long its main thread has at most been
// held up since it was last asked.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

// A timer of the event loop itself, whose every beat is compared with the one before, without any JavaScript between:
// a timer in JavaScript would be late for its own reasons. A beat of a millisecond, the finest there is, is part of each
// delay and taken off again, so that a stall is known to a millisecond.
const BEAT_MS = 1
const NS_IN_MS = 1e6
const US_IN_MS = 1e3

/** In milliseconds, each since it was last asked. */
export interface Stalls {
  /** The longest time in which the thread came to nothing else, whether it worked or the machine kept it waiting. */
  readonly longest: number
  /** The most that the thread itself has worked at a stretch: a busy machine makes it no longer. */
  readonly busiest: number
}

// Worker threads load this module too, and may take as long as they like.
if (isMainThread) {
  const delays = monitorEventLoopDelay({ resolution: BEAT_MS })
  delays.enable()
  let busiest = 0
  let worked = workedMs()
  // No timer of the event loop itself counts CPU time. Held up or not, this one has seen all of it when it comes.
  setInterval(() => {
    const now = workedMs()
    busiest = Math.max(busiest, now - worked)
    worked = now
  }, BEAT_MS)
  process.on('message', () => {
    const stalls: Stalls = { longest: Math.max(0, delays.max / NS_IN_MS - BEAT_MS), busiest }
    process.send?.(stalls)
    delays.reset()
    busiest = 0
  })
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / US_IN_MS
}
