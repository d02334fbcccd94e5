import type { Groups } from '../groups/groups.ts'
import { parseGroups } from '../groups/parser-client.ts'
import { type FileContent, readFileBytes, rejectedFile } from './text-file.ts'

// 60,000 agents with four short labels have 4 MB.
const MAX_BYTES = 4 * 2 ** 20

// About 3000 agents. The parser of YAML needs seven times as long as that of CSV.
const MAX_YAML_BYTES = 128 * 1024

const YAML_NAME = /\.(ya?ml|json)$/i

/** Reads a groups file: CSV, or YAML if its name says so. */
export async function readGroupsFile(path: string): Promise<FileContent<Groups>> {
  const { content: bytes, ...file } = await readFileBytes(path, 'a table of agents', MAX_BYTES)
  if (bytes === undefined) return { content: undefined, ...file }
  const format = YAML_NAME.test(path) ? 'yaml' : 'csv'
  if (format === 'yaml' && bytes.length > MAX_YAML_BYTES) {
    const limit = `${MAX_YAML_BYTES / 1024} KiB`
    return rejectedFile(`is YAML of more than ${limit}; convert it to CSV, which may be larger`)
  }
  const parsed = await parseGroups(bytes, format)
  return 'groups' in parsed ? { content: parsed.groups, ...file } : rejectedFile(...parsed.problems)
}
