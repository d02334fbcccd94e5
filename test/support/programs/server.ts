import { eventually } from '../../../tools/eventually.ts'
import { startProgram } from './program.ts'

/** Starts a program and waits until its `/-/ready` succeeds. @throws if it ends before */
export async function startServer(url: string, command: string, args: readonly string[]): Promise<void> {
  const program = startProgram(command, args)
  await eventually(`ready ${command}`, async () => {
    if (program.process.exitCode !== null) throw new Error(`${command} ended: ${program.output()}`)
    return (await isOk(`${url}/-/ready`)) || undefined
  })
}

/** Whether the URL responds with success; not if the connection is refused. */
async function isOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    if (cause?.code === 'ECONNREFUSED') return false
    throw error
  }
}
