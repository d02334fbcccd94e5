import { setFlagsFromString } from 'node:v8'

/**
 * Loads modules without letting V8's young generation grow: loading makes much garbage at once, and the room that V8 would
 * take for it, it would keep for good. Afterwards it may grow as it does by default, by doubling.
 */
export async function loadLean<T>(load: () => Promise<T>): Promise<T> {
  setFlagsFromString('--semi-space-growth-factor=1')
  try {
    return await load()
  } finally {
    setFlagsFromString('--semi-space-growth-factor=2')
  }
}
