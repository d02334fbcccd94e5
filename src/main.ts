#!/usr/bin/env node
import { run } from './commands/run.ts'

const ending = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort())

// Without a listener SIGHUP would end the process; commands that can reload add their own.
process.on('SIGHUP', () => {})

process.exit(
  await run(process.argv.slice(2), {
    environment: process.env,
    terminal: process.stderr.isTTY,
    print: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
    ending: ending.signal,
    onReload: (reload) => process.on('SIGHUP', reload),
  }),
)
