import { ConfigError } from '../config/config-error.ts'
import { parseArguments } from '../config/flags.ts'
import { ListenError } from '../server/listen-error.ts'
import { StorageInUse } from '../storage/storage-lock.ts'
import { readBuildInfo } from '../telemetry/build-info.ts'
import { checkConfig } from './check-config.ts'
import type { Command, ExitCode, Surroundings } from './command.ts'
import { demo } from './demo.ts'
import { healthcheck } from './healthcheck.ts'
import { helpText } from './help.ts'
import { serve } from './serve.ts'
import { simulate } from './simulate.ts'

const commands: ReadonlyMap<string, Command> = new Map([
  ['serve', serve],
  ['demo', demo],
  ['simulate', simulate],
  ['check-config', checkConfig],
  ['healthcheck', healthcheck],
])

/**
 * Runs what the command line asks for. What the operator can mend is said in a line each, without a stack.
 *
 * @param argv without the program's own name
 * @throws whatever is a fault of the program
 */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const complain = (line: string) => surroundings.complain(`wolkvox-exporter: ${line}\n`)
  try {
    const args = parseArguments(argv)
    if (args.flags.has('help')) {
      surroundings.print(helpText())
      return 0
    }
    if (args.flags.has('version')) {
      const { version, revision, nodeVersion } = readBuildInfo()
      surroundings.print(
        `wolkvox-exporter, version ${version} (revision: ${revision}, node: ${nodeVersion})\n`,
      )
      return 0
    }
    const command = commands.get(args.command)
    if (command === undefined) {
      throw new ConfigError([`there is no command ${args.command}; ${commandHint(surroundings)}`])
    }
    return await command(args, surroundings)
  } catch (error) {
    if (error instanceof ConfigError) {
      error.problems.forEach(complain)
      return 2
    }
    if (error instanceof ListenError || error instanceof StorageInUse) {
      complain(error.message)
      return 1
    }
    throw error
  }
}

/** npm takes flags for its own, and passes only their values on. */
function commandHint({ environment }: Surroundings): string {
  const script = environment.npm_lifecycle_event
  return script === undefined ? 'see --help' : `put -- before flags: npm run ${script} -- --flag=value`
}
