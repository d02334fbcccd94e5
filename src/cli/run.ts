import { readBuildInfo } from '../build-info.ts'
import { ConfigError } from '../config/config-error.ts'
import { parseArguments } from '../config/flags.ts'
import { redactSecrets } from '../secret.ts'
import { ListenError } from '../server/listen.ts'
import { StorageInUseError } from '../storage/storage-lock.ts'
import { limitStartupHeap } from '../v8-memory.ts'
import type { Command, CommandContext, ExitCode } from './command.ts'
import { helpText } from './help.ts'

/** Each command loads what it needs when it runs: `serve` loads neither the simulator nor its libraries. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['serve', async () => (await import('./serve.ts')).serve],
  ['demo', async () => (await import('./demo.ts')).demo],
  ['simulate', async () => (await import('./simulate.ts')).simulate],
  ['check-config', async () => (await import('./check-config.ts')).checkConfig],
  ['healthcheck', async () => (await import('./healthcheck.ts')).healthcheck],
])

/**
 * Runs the command of the command line. Problems that the operator can fix are printed as one line each, without a stack trace.
 *
 * @param argv without the name of the program
 * @throws errors that are bugs in the exporter
 */
export async function run(argv: readonly string[], context: CommandContext): Promise<ExitCode> {
  const writeError = (line: string) => context.writeError(redactSecrets(`wolkvox-exporter: ${line}\n`))
  try {
    const args = parseArguments(argv)
    if (args.flags.has('help')) {
      context.print(helpText())
      return 0
    }
    if (args.flags.has('version')) {
      const { version, revision, nodeVersion } = readBuildInfo()
      context.print(`wolkvox-exporter, version ${version} (revision: ${revision}, node: ${nodeVersion})\n`)
      return 0
    }
    const load = commands.get(args.command)
    if (load === undefined) {
      throw new ConfigError([`unknown command: ${args.command}; ${commandHint(context)}`])
    }
    const command = await limitStartupHeap(load)
    return await command(args, context)
  } catch (error) {
    if (error instanceof ConfigError) {
      error.problems.forEach(writeError)
      return 2
    }
    if (error instanceof ListenError || error instanceof StorageInUseError) {
      writeError(error.message)
      return 1
    }
    throw error
  }
}

/** Without `--`, npm consumes flags and passes only their values, which look like commands. */
function commandHint({ environment }: CommandContext): string {
  const list = `the commands are ${[...commands.keys()].join(', ')}`
  const script = environment.npm_lifecycle_event
  return script === undefined ? list : `${list}; put -- before flags: npm run ${script} -- --flag=value`
}
