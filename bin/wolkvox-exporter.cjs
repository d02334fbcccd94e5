#!/usr/bin/env node
// CommonJS in old syntax, because an old Node fails to parse main.ts before its version check can run.
const OLDEST_NODE = 24

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `wolkvox-exporter: needs Node ${OLDEST_NODE} or later, but ${process.execPath} is ${process.versions.node}; ` +
      `install Node ${OLDEST_NODE}\n`,
  )
  process.exitCode = 2
} else {
  start()
}

function start() {
  // A checkout runs its sources, built or not. The package contains only the build.
  const isCheckout = require('node:fs').existsSync(`${__dirname}/../src/main.ts`)
  import(isCheckout ? '../src/main.ts' : '../dist/main.js')
}
