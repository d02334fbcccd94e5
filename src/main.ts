#!/usr/bin/env node
import { setImmediate } from 'node:timers/promises'
import { cacheCompiledSource } from './compile-cache.ts'
import { forceExit, wouldHang } from './force-exit.ts'
import { limitStartupHeap, skipWasmOptimization } from './v8-memory.ts'
import { loadZodInEnglish } from './zod-locales.ts'

const OLDEST_NODE = 24

// bin/wolkvox-exporter.cjs checks this too. Older versions of Node can run this file, but not its imports.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `wolkvox-exporter: needs Node ${OLDEST_NODE} or later, but ${process.execPath} is ${process.versions.node}; ` +
      `install Node ${OLDEST_NODE}\n`,
  )
  process.exit(2)
}

// Otherwise the process is called `node` or `MainThread`, and pidof does not find it. Takes 0.01 ms.
process.title = 'wolkvox-exporter'

// A shutdown takes at most 5 s, even if something hangs.
const SHUTDOWN_DEADLINE_MS = 4500

// Loading takes a while, so the signal handlers come first.
const shutdownSignal = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    shutdownSignal.abort()
    setTimeout(forceExit, SHUTDOWN_DEADLINE_MS, 0).unref()
  })
}

// After this long, the reader of standard error counts as stalled.
const FLUSH_MS = 500

// The terminal is closed, or the reader of a pipe has exited, such as `head`. Each command decides what to do.
const hangup = new AbortController()
let isReloadRequested = false
process.on('SIGHUP', () => {
  isReloadRequested = true
  hangup.abort()
})
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') hangup.abort()
  })
}

cacheCompiledSource()
skipWasmOptimization()
const [{ run }, { createStandardError }] = await limitStartupHeap(async () => {
  await loadZodInEnglish()
  return Promise.all([import('./cli/run.ts'), import('./telemetry/standard-error.ts')])
})

let hangs = false
const standardError = createStandardError(() => hangup.abort())
const code = await run(process.argv.slice(2), {
  environment: process.env,
  terminal: process.stderr.isTTY,
  print: (text) => process.stdout.write(text),
  writeError: standardError.write,
  onDropped: standardError.onDropped,
  shutdownSignal: shutdownSignal.signal,
  hangup: hangup.signal,
  reportHang: () => {
    hangs = true
  },
  onReload: (reload) => {
    process.on('SIGHUP', reload)
    // The configuration may have changed after it was read for the start.
    if (isReloadRequested) reload()
  },
}).finally(() => standardError.flush(FLUSH_MS))
// A request that has just completed counts as active until its callback has returned.
await setImmediate()
if (hangs || wouldHang()) forceExit(code)
process.exit(code)
