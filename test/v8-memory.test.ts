import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../tools/files.ts'

// Exports `f`, which counts its parameter down to 0 in a loop.
const COUNTDOWN = [
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 6, 1, 96, 1, 127, 1, 127],
  ...[3, 2, 1, 0],
  ...[7, 5, 1, 1, 102, 0, 0],
  ...[10, 18, 1, 16, 0, 3, 64, 32, 0, 65, 1, 107, 34, 0, 13, 0, 11, 32, 0, 11],
]

/** Runs WebAssembly for so long that V8 optimizes it, after some code. @returns the compilers that V8 used for it */
function compilersAfter(code: string): readonly string[] {
  const program = `
    import { skipWasmOptimization } from '${ROOT}src/v8-memory.ts'
    import { setTimeout } from 'node:timers/promises'
    ${code}
    const { instance } = await WebAssembly.instantiate(Uint8Array.of(${COUNTDOWN}))
    for (let call = 0; call < 1000; call += 1) instance.exports.f(1000)
    await setTimeout(20)
    instance.exports.f(1000)
  `
  const { stdout } = spawnSync(
    process.execPath,
    ['--trace-wasm-compilation-times', '--wasm-tiering-budget=1000', '--input-type=module', '-e', program],
    { encoding: 'utf8' },
  )
  // Node's own WebAssembly begins with imported functions, so it has no code for number 0.
  return Array.from(stdout.matchAll(/#0 using (\w+)/g), ([, compiler = '']) => compiler)
}

describe('WebAssembly', () => {
  it('is optimized by V8 if it runs often', () => {
    expect(compilersAfter('')).toEqual(['Liftoff', 'TurboFan'])
  })

  it('is not optimized after skipWasmOptimization', () => {
    expect(compilersAfter('skipWasmOptimization()')).toEqual(['Liftoff'])
  })
})
