import type { Surroundings } from '../../src/commands/command.ts'
import { run } from '../../src/commands/run.ts'

/** Runs a command that ends by itself, and gives its exit code with what it printed where. */
export async function runCommand(
  argv: readonly string[],
  environment: Surroundings['environment'] = {},
  others: Partial<Surroundings> = {},
) {
  const printed: string[] = []
  const complained: string[] = []
  const code = await run(argv, {
    environment,
    terminal: false,
    print: (text) => printed.push(text),
    complain: (text) => complained.push(text),
    ending: new AbortController().signal,
    hangup: new AbortController().signal,
    onDropped: () => {},
    reportHang: () => {},
    onReload: () => {},
    ...others,
  })
  return { code, printed: printed.join(''), complained: complained.join('') }
}
