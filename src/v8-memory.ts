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

/**
 * Keeps V8 from optimizing WebAssembly in any thread. undici's HTTP parser is the only one, and one of its functions is so large
 * that optimizing it takes 10 MB. Its part in a refresh is too small to gain anything. It must run before the parser is compiled.
 */
export function skipWasmOptimization(): void {
  // With the first flag alone, V8 would optimize each function before its first call.
  setFlagsFromString('--no-wasm-dynamic-tiering')
  setFlagsFromString('--no-wasm-tier-up')
}
