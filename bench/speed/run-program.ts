import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const ROOT = new URL('../../', import.meta.url).pathname

/** Runs a program to its end. @returns what it has printed @throws when it cannot be found, or ends with an error */
export async function runProgram(command: string, parameters: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(command, parameters, { cwd: ROOT })
  return stdout + stderr
}
