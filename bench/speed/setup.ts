import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../tools/files.ts'

/** Undoes something. Its synchronous part must be enough when the process exits. */
type Undo = () => unknown

/** Registers an undo function. */
export type Defer = (undo: Undo) => void

/**
 * Runs the work, then its deferred undo functions in reverse order, also after an error. If the process exits meanwhile, it
 * runs their synchronous parts.
 */
export async function withCleanup<T>(work: (defer: Defer) => Promise<T>): Promise<T> {
  const undos: Undo[] = []
  const undoOnExit = () => {
    for (const undo of undos) void undo()
  }
  process.once('exit', undoOnExit)
  try {
    return await work((undo) => undos.unshift(undo))
  } finally {
    process.off('exit', undoOnExit)
    for (const undo of undos) await undo()
  }
}

// The workers of nginx, when root starts it, run as another user.
const READABLE_BY_ALL = 0o755

/** Creates a temporary folder. @returns its path */
export function makeFolder(defer: Defer): string {
  const folder = mkdtempSync(join(tmpdir(), 'wolkvox-bench-'))
  defer(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, READABLE_BY_ALL)
  return folder
}

const run = promisify(execFile)

/** Runs a program until it exits. @returns its output @throws if it is missing or fails */
export async function runProgram(command: string, parameters: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(command, parameters, { cwd: ROOT })
  return stdout + stderr
}

/** The versions of all programs, the machine and the date. */
export async function describeEnvironment(): Promise<string> {
  const parts = [
    `Node ${process.versions.node}`,
    `nginx ${await programVersion('nginx', /nginx\/(\S+)/)}`,
    `wrk ${await programVersion('wrk', /^wrk (\S+)/)}`,
    `fastify ${await packageVersion('fastify')}`,
    `prom-client (@prometheus-io/client) ${await packageVersion('prom-client')}`,
    `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown kind'}`,
    new Date().toISOString().slice(0, 10),
  ]
  return parts.join(', ')
}

/** @throws if the program is not installed */
function programVersion(program: string, version: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    // wrk -v exits with 1.
    execFile(program, ['-v'], (error, stdout, stderr) => {
      const found = version.exec(stdout + stderr)?.[1]
      if (found === undefined) reject(new Error(`${program} is missing; install it`, { cause: error }))
      else resolve(found)
    })
  })
}

async function packageVersion(name: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'))
  return String(version)
}
