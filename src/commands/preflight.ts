import { constants } from 'node:fs'
import { access, lstat, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts'
import { codeOf } from '../error-text.ts'
import { listen } from '../server/listen.ts'
import { ListenError } from '../server/listen-error.ts'

/**
 * Listens on all addresses at once, as the exporter would, and stops again.
 *
 * @returns a warning for each address that it could not listen on
 */
export async function listenWarnings(addresses: readonly ListenAddress[]): Promise<string[]> {
  const opened = addresses.map((address) => ({ address, server: createServer((socket) => socket.destroy()) }))
  const warnings: string[] = []
  for (const { address, server } of opened) {
    const listener = {
      listen: (options: { readonly host: string; readonly port: number }) =>
        new Promise<string>((done, fail) => {
          server.once('error', fail)
          server.listen(options, () => done(''))
        }),
    }
    try {
      await listen(listener, address)
    } catch (error) {
      if (!(error instanceof ListenError)) throw error
      warnings.push(warningOf(address, error))
    }
  }
  await Promise.all(opened.map(({ server }) => new Promise((done) => server.close(done))))
  return warnings
}

function warningOf(address: ListenAddress, error: ListenError): string {
  if (codeOf(error.cause) !== 'EADDRINUSE') return error.message
  return (
    `--web.listen-address: ${formatListenAddress(address)} is in use; fine if this exporter is running already, ` +
    'otherwise stop the other program or choose another port'
  )
}

/**
 * Finds out whether the exporter could write its storage folder, or create it, without writing anything.
 *
 * @param path `--storage.path`
 * @returns a warning, or none
 */
export async function storageWarnings(path: string): Promise<string[]> {
  if (path === '') return []
  const wanted = resolve(path)
  let folder = wanted
  let problem = 'is a file; name a folder'
  try {
    while (!(await exists(folder)) && folder !== dirname(folder)) folder = dirname(folder)
    if ((await stat(folder)).isDirectory()) {
      await access(folder, constants.W_OK | constants.X_OK | (folder === wanted ? constants.R_OK : 0))
      return []
    }
  } catch (error) {
    problem = `cannot be written (${codeOf(error)})`
  }
  return [`--storage.path: ${folder} ${problem}; the exporter would run, but keep nothing across restarts`]
}

/** A link counts even if it leads nowhere: a folder cannot be created in its place. */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
