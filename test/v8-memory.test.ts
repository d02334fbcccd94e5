import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
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

// Loaded first: prints each module that is loaded while the young generation can grow.
const UNLIMITED_LOADS = `
  import { writeSync } from 'node:fs'
  import { registerHooks, syncBuiltinESMExports } from 'node:module'
  import v8 from 'node:v8'
  const { setFlagsFromString } = v8
  let isLimited = false
  v8.setFlagsFromString = (flag) => {
    if (flag.startsWith('--semi-space-growth-factor=')) isLimited = flag.endsWith('=1')
    setFlagsFromString(flag)
  }
  syncBuiltinESMExports()
  registerHooks({
    load(url, context, next) {
      if (!isLimited) writeSync(1, url + '\\n')
      return next(url, context)
    },
  })
`

it('the modules of a command are loaded while the young generation cannot grow', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(UNLIMITED_LOADS)}`,
      `${ROOT}src/main.ts`,
      'check-config',
    ],
    { encoding: 'utf8', env: { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }, cwd: tmpdir() },
  )
  expect(status).toBe(0)
  expect(stdout).toContain('/src/v8-memory.ts\n')
  expect(stdout.split('\n').filter((line) => /\/src\/(cli|config)\/|\/node_modules\//.test(line))).toEqual([])
})
