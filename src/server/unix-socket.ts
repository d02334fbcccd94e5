import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { lstatSync, type Stats, unlinkSync } from 'node:fs'
import { link, lstat, rename, stat, unlink } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { codeOf } from '../error-text.ts'
import { limits } from './limits.ts'

// The owner and the group may connect: connecting needs the permission to write.
const UMASK = 0o117

/**
 * Listens on a Unix socket, with mode 0660. It replaces the file of a process that no longer runs, and never a socket that is in
 * use or another kind of file. Closing the server removes the file, unless another process has replaced it.
 *
 * @throws Error with the code EADDRINUSE if a process listens there, ENOTSOCK if the file is no socket, ENOENT without its folder
 */
export async function listenOnSocketFile(server: Server, path: string): Promise<void> {
  await removeStale(path)
  // When the server closes, Node removes what is at the name that it listened on, also the socket of another process.
  const privatePath = join(dirname(path), privateName(basename(path)))
  // The file is created synchronously, so that the mask applies to nothing else, and no other user can connect before.
  const previous = process.umask(UMASK)
  try {
    server.listen({ path: privatePath, backlog: limits.backlog })
  } finally {
    process.umask(previous)
  }
  await once(server, 'listening')
  try {
    await publish(privatePath, path)
    removeOnClose(server, path, await lstat(path))
  } catch (error) {
    server.close()
    throw error
  }
}

/** Has the same length: the kernel limits that of a path. */
function privateName(name: string): string {
  const length = Math.max(Buffer.byteLength(name), 5)
  return `.${randomBytes(length).toString('hex')}`.slice(0, length)
}

/** Moves a socket without ever replacing another one. */
async function publish(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    // Not every file system has hard links.
    if (codeOf(error) !== 'EEXIST') return rename(from, to)
    throw Object.assign(new Error(`${to} is in use`, { cause: error }), { code: 'EADDRINUSE' })
  }
  await unlink(from)
}

/** While the server is open, no other file can get the inode of its socket. */
function removeOnClose(server: Server, path: string, { dev, ino }: Stats): void {
  const close = server.close.bind(server)
  server.close = (callback) => {
    try {
      const found = server.listening ? lstatSync(path) : undefined
      if (found?.dev === dev && found.ino === ino) unlinkSync(path)
    } catch {
      // The next start replaces the file, if it is still there.
    }
    return close(callback)
  }
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
