import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { ROOT } from './run-program.ts'

/** What was measured with, and when. */
export async function describeSurroundings(): Promise<string> {
  const parts = [
    `Node ${process.versions.node}`,
    `nginx ${await saidBy('nginx', /nginx\/(\S+)/)}`,
    `wrk ${await saidBy('wrk', /^wrk (\S+)/)}`,
    `fastify ${await versionOf('fastify')}`,
    `prom-client (@prometheus-io/client) ${await versionOf('prom-client')}`,
    `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'an unknown kind'}`,
    new Date().toISOString().slice(0, 10),
  ]
  return parts.join(', ')
}

/** @throws when the program is not installed */
function saidBy(program: string, version: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    // wrk ends with 1 after it has told its version.
    execFile(program, ['-v'], (error, stdout, stderr) => {
      const said = version.exec(stdout + stderr)?.[1]
      if (said === undefined) reject(new Error(`${program} has to be installed`, { cause: error }))
      else resolve(said)
    })
  })
}

async function versionOf(name: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'))
  return String(version)
}
