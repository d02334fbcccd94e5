import type { CommandContext } from '../../src/cli/command.ts'
import { run } from '../../src/cli/run.ts'

/** Runs a command to its end. @returns the exit code and both outputs */
export async function runCommand(
  argv: readonly string[],
  environment: CommandContext['environment'] = {},
  others: Partial<CommandContext> = {},
) {
  const printed: string[] = []
  const errors: string[] = []
  const code = await run(argv, {
    environment,
    terminal: false,
    print: (text) => printed.push(text),
    writeError: (text) => errors.push(text),
    shutdownSignal: new AbortController().signal,
    hangup: new AbortController().signal,
    onDropped: () => {},
    reportHang: () => {},
    onReload: () => {},
    ...others,
  })
  return { code, printed: printed.join(''), errors: errors.join('') }
}
