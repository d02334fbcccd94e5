import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** The exporter under attack. */
export interface Target {
  readonly port: number
  readonly tls: boolean
}

/** How often each outcome occurred: an HTTP status, or what happened to the connection instead. */
export type Counts = Record<string, number>

export const count = (counts: Counts, outcome: string, times = 1): void => {
  counts[outcome] = (counts[outcome] ?? 0) + times
}

/** A raw connection. Errors end it. */
export interface Wire {
  readonly socket: Socket
  /** Resolves when it is open, with TLS after the handshake, or has ended. */
  readonly opened: Promise<void>
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  /** The statuses received so far. */
  readonly statuses: readonly string[]
  /** The statuses, or `closed` if it has ended without any, or `open` if it is still open without any. */
  outcomes(): readonly string[]
}

const STATUS = /HTTP\/1\.1 (\d{3}) /g
// One character less than the shortest match.
const STATUS_LENGTH = 'HTTP/1.1 200'.length

/** Connects from an address of this machine. */
export function open({ port, tls }: Target, localAddress: string, withTls = tls): Wire {
  const tcp = connect({ port, host: '127.0.0.1', localAddress })
  const socket = withTls ? connectTls({ socket: tcp, rejectUnauthorized: false }) : tcp
  const opening = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  const statuses: string[] = []
  let rest = ''
  let hasEnded = false
  const end = () => {
    hasEnded = true
    socket.destroy()
    tcp.destroy()
    opening.resolve()
    ending.resolve()
  }
  tcp.once('close', end).once('error', end)
  socket.once(withTls ? 'secureConnect' : 'connect', () => opening.resolve())
  socket.once('close', end).on('error', end)
  socket.on('data', (bytes: Buffer) => {
    const text = rest + bytes.toString('latin1')
    for (const [, status = ''] of text.matchAll(STATUS)) statuses.push(status)
    // A status can be in two parts, but must not count twice.
    rest = text.slice(-STATUS_LENGTH)
  })
  return {
    socket,
    opened: opening.promise,
    ended: ending.promise,
    statuses,
    outcomes: () => (statuses.length > 0 ? statuses : [hasEnded ? 'closed' : 'open']),
  }
}

/** Sends a request and waits until the server closes the connection, or for this long. @returns the outcomes */
export async function exchange(
  target: Target,
  localAddress: string,
  request: string,
  waitMs: number,
): Promise<readonly string[]> {
  const wire = open(target, localAddress)
  await wire.opened
  wire.socket.write(request, 'latin1')
  await Promise.race([wire.ended, pause(waitMs)])
  const outcomes = wire.outcomes()
  wire.socket.destroy()
  return outcomes
}

/** Waits; does not keep the process alive. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref())
}

/** Runs tasks, some of them at a time, until all are done or the time is over. @returns how many were started */
export async function inParallel(
  tasks: number,
  atATime: number,
  seconds: number,
  run: (index: number) => Promise<void>,
): Promise<number> {
  const until = performance.now() + 1000 * seconds
  let next = 0
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      while (next < tasks && performance.now() < until) {
        next += 1
        await run(next - 1)
      }
    }),
  )
  return next
}
