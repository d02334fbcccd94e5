// Loaded with --import into an exporter: SIGHUP comes when the token has been read, but before the exporter runs.
import { promises } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { readFile } = promises
let isSent = false
promises.readFile = async (path, ...rest) => {
  const content = await readFile(path, ...rest)
  if (path === process.env.WOLKVOX_TOKEN_FILE && !isSent) {
    isSent = true
    process.kill(process.pid, 'SIGHUP')
  }
  return content
}
syncBuiltinESMExports()
