// Loaded with --import into an exporter: once the file HANG_WHEN exists, looking at a certificate hangs in the kernel, as on a
// disconnected network disk. A pipe without a writer takes the place of the file, so that a thread of the pool really waits.
import { existsSync, promises, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { open, stat } = promises
promises.stat = async (path, ...rest) => {
  if (!String(path).endsWith('.crt') || !existsSync(process.env.HANG_WHEN)) return stat(path, ...rest)
  writeFileSync(`${process.env.HANG_WHEN}.hangs`, 'x', { flag: 'a' })
  return open(process.env.HANGING_PIPE, 'r')
}
syncBuiltinESMExports()
