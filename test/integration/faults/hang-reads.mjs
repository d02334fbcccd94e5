// Loaded with --import into an exporter: reading the account's file then hangs in the kernel, as on a disconnected network disk. A
// pipe without a writer takes the place of the file, so that a thread of the pool really waits.
import { promises } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { open } = promises
promises.open = (path, ...rest) =>
  String(path).endsWith('.account') ? open(process.env.HANGING_PIPE, 'r') : open(path, ...rest)
syncBuiltinESMExports()
