import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../../src/config/config-error.ts'
import { readConfigFile } from '../../src/config/config-file.ts'
import type { Environment } from '../../src/config/variables.ts'
import { HASH_KEY } from '../../tools/fixtures.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Variables that the files of tests name. */
const ENVIRONMENT = { TOKEN_A: 'test-token-a', TWO_WORDS: 'two words' }

/** Writes a configuration file, with two token files and a key of pseudonyms beside it. */
export function writeConfigFile(content: string | Buffer): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'token'), 'test-token-a\n')
  writeFileSync(join(folder, 'two-lines'), 'test-token-a\nx\n')
  writeFileSync(join(folder, 'hash-key'), `${HASH_KEY.reveal()}\n`)
  const path = join(folder, 'config.yml')
  writeFileSync(path, content)
  return path
}

/** Reads a file with this content. */
export const readFileWith = (content: string | Buffer, environment: Environment = ENVIRONMENT) =>
  readConfigFile(writeConfigFile(content), '--config.file', environment)

/** The problems of a file with this content, without its path: `line:column path: message`. */
export async function problemsOfFile(
  content: string | Buffer,
  environment: Environment = ENVIRONMENT,
): Promise<readonly string[]> {
  const path = writeConfigFile(content)
  try {
    await readConfigFile(path, '--config.file', environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) =>
      problem.startsWith(path)
        ? problem
            .slice(path.length + 1)
            .replace(/^(\d+:\d+): /, '$1 ')
            .trim()
        : problem,
    )
  }
}
