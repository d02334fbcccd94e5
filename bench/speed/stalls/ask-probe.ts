import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Defer } from '../cleanup.ts'
import type { Stalls } from './probe.ts'

export const PROBE = new URL('probe.ts', import.meta.url).href

const IDLE = new URL('idle.ts', import.meta.url).pathname

/** The stalls of a process with the probe since it was last asked. */
export async function askProbe(child: ChildProcess): Promise<Stalls> {
  const answered = once(child, 'message')
  child.send('how long?')
  const [stalls] = await answered
  return stalls as Stalls
}

/** Starts a process that does nothing but being measured. */
export function startIdle(defer: Defer): ChildProcess {
  const child = spawn(process.execPath, ['--import', PROBE, IDLE], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = once(child, 'close')
  defer(() => {
    child.kill('SIGKILL')
    return exited
  })
  return child
}
