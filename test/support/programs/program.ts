import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { programPath } from '../../../tools/program-path.ts'
import { onTestFinished } from '../on-test-finished.ts'

/** A running program with its output so far. */
export interface Program {
  readonly process: ChildProcess
  readonly output: () => string
}

/** Working directory and user of a program; by default those of this process. */
export type Place = Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'>

/** Starts a program. It is killed by its process id when the test ends, if it still runs. */
export function startProgram(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  place: Place = {},
): Program {
  const child = spawn(programPath(command), args, {
    ...place,
    env: { PATH: process.env.PATH, ...environment },
    stdio: 'pipe',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return { process: child, output: () => output }
}

/** Sends a program its whole input. A program that ends before it reads all of it is judged by its exit code. */
export function sendInput({ stdin }: ChildProcess, input: string | Uint8Array): void {
  stdin?.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  stdin?.end(input)
}

/** Runs a program and waits until it ends. */
export async function runProgram(command: string, args: readonly string[], input = '') {
  const program = startProgram(command, args)
  sendInput(program.process, input)
  const [code] = await once(program.process, 'close')
  return { code, output: program.output() }
}
