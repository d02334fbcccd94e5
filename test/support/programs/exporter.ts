import { eventually } from '../../../tools/eventually.ts'
import { type Program, startProgram } from './program.ts'

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname

/** Starts the exporter as a process, on a free port and without storage. @returns the program with the URL of its root */
export async function startExporterProcess(
  environment: Record<string, string>,
  args: readonly string[] = [],
): Promise<Program & { readonly url: string }> {
  const program = startProgram(
    process.execPath,
    [MAIN, '--web.listen-address=127.0.0.1:0', '--log.format=json', '--storage.path=', ...args],
    environment,
  )
  const url = await eventually('listening exporter', () => {
    const match = /"url":"(http:\/\/[^/"]+)/.exec(program.output())
    if (program.process.exitCode !== null) throw new Error(`the exporter ended: ${program.output()}`)
    return match?.[1]
  })
  return { ...program, url }
}
