import { setFlagsFromString } from 'node:v8'

/**
 * Loads modules while V8's young generation cannot grow. Loading allocates many short-lived objects, and V8 would keep the
 * larger heap forever. Afterwards the default growth factor of 2 applies again.
 */
export async function limitStartupHeap<T>(load: () => Promise<T>): Promise<T> {
  setFlagsFromString('--semi-space-growth-factor=1')
  try {
    return await load()
  } finally {
    setFlagsFromString('--semi-space-growth-factor=2')
  }
}
