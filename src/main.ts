#!/usr/bin/env node
import { forceExit, wouldHang } from './force-exit.ts'
import { loadLean } from './young-generation.ts'

const OLDEST_NODE = 24

// For a start without bin/wolkvox-exporter.cjs, where Node can read this file but not all that it imports.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `wolkvox-exporter: needs Node ${OLDEST_NODE} or later, but ${process.execPath} is ${process.versions.node}; ` +
      `install Node ${OLDEST_NODE}\n`,
  )
  process.exit(2)
}

// The contract is 5 s, whatever hangs.
const SHUTDOWN_DEADLINE_MS = 4500

// Before loading, which takes a while in which a signal may come.
const ending = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    ending.abort()
    setTimeout(forceExit, SHUTDOWN_DEADLINE_MS, 0).unref()
  })
}

// Then the reader of standard error is taken for stalled.
const FLUSH_MS = 500

// The terminal is closed, or the reader of a pipe has ended, as `head` does. Each command decides what that means.
const hangup = new AbortController()
process.on('SIGHUP', () => hangup.abort())
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') hangup.abort()
  })
}

const [{ run }, { createStandardError }] = await loadLean(() =>
  Promise.all([import('./commands/run.ts'), import('./telemetry/standard-error.ts')]),
)

let hangs = false
const standardError = createStandardError(() => hangup.abort())
const code = await run(process.argv.slice(2), {
  environment: process.env,
  terminal: process.stderr.isTTY,
  print: (text) => process.stdout.write(text),
  complain: standardError.write,
  onDropped: standardError.onDropped,
  ending: ending.signal,
  hangup: hangup.signal,
  reportHang: () => {
    hangs = true
  },
  onReload: (reload) => process.on('SIGHUP', reload),
}).finally(() => standardError.flush(FLUSH_MS))
if (hangs || wouldHang()) forceExit(code)
process.exit(code)
