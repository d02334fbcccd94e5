// Loaded with --import into an exporter: writing a file then hangs in the kernel, as on a disconnected network disk. A pipe
// without a reader takes the place of each temporary file, so that a thread of the pool really waits.
import { promises } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { open } = promises
promises.open = (path, ...rest) =>
  String(path).endsWith('.tmp') ? open(process.env.HANGING_PIPE, 'w') : open(path, ...rest)
syncBuiltinESMExports()
