import { once } from 'node:events'
import type { Stats } from 'node:fs'
import { lstat, stat, unlink } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { dirname } from 'node:path'
import { codeOf } from '../error-text.ts'
import { limits } from './limits.ts'

// The owner and the group may connect: connecting needs the permission to write.
const UMASK = 0o117

/**
 * Listens on a Unix socket, with mode 0660. It replaces the file of a process that no longer runs, and never a socket that is in use
 * or another kind of file. Node removes the file when the server is closed.
 *
 * @throws Error with the code EADDRINUSE if a process listens there, ENOTSOCK if the file is not a socket, ENOENT without its folder
 */
export async function listenOnSocketFile(server: Server, path: string): Promise<void> {
  await removeStale(path)
  // The file is created synchronously, so that the mask applies to nothing else, and no other user can connect before.
  const previous = process.umask(UMASK)
  try {
    server.listen({ path, backlog: limits.backlog })
  } finally {
    process.umask(previous)
  }
  await once(server, 'listening')
}

async function removeStale(path: string): Promise<void> {
  const found = await statOf(path)
  if (found === undefined) {
    // Node would report EACCES for a folder that does not exist.
    await stat(dirname(path))
    return
  }
  if (!found.isSocket()) throw Object.assign(new Error(`${path} is not a socket`), { code: 'ENOTSOCK' })
  if (await isInUse(path)) throw Object.assign(new Error(`${path} is in use`), { code: 'EADDRINUSE' })
  await unlink(path)
}

/** Only the kernel's refusal proves that no process listens. */
async function isInUse(path: string): Promise<boolean> {
  const socket = connect({ path })
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return codeOf(error) !== 'ECONNREFUSED'
  } finally {
    socket.destroy()
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
