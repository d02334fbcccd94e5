import { setFlagsFromString } from 'node:v8'

/**
 * Keeps the young generation of every thread at its first size, 1 MB for each half. V8 would double it whenever many objects
 * survive, as while modules are loaded or a response is read, and never shrink it again. A refresh takes no more CPU time without
 * that: most of its data is in buffers outside of V8's heap. It must run before most modules are loaded.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
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
