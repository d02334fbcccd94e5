import { fileText } from './file-text.ts'
import type { Groups } from './groups.ts'
import { GroupsError } from './raw-table.ts'
import { isIdColumn, readGroups } from './read-groups.ts'

/** The formats of a groups file. JSON is YAML. */
export type GroupsFormat = 'csv' | 'yaml'

/** A groups file before parsing. */
export interface FileToParse {
  readonly bytes: Uint8Array
  /** Of the bytes and the format. */
  readonly digest: string
  readonly format: GroupsFormat
}

/** The table of a file, or what is wrong with the file and what to do. */
export type ParsedFile = { readonly groups: Groups } | { readonly problems: readonly string[] }

/** What the thread does: parses a groups file. Loads only the library of its format. */
export async function parseFile({ bytes, digest, format }: FileToParse): Promise<ParsedFile> {
  try {
    const text = fileText(bytes)
    const table =
      format === 'yaml'
        ? (await import('./yaml-table.ts')).readYaml(text)
        : (await import('./csv-table.ts')).readCsv(text, isIdColumn)
    return { groups: readGroups(table, digest) }
  } catch (error) {
    if (error instanceof GroupsError) return { problems: error.problems }
    throw error
  }
}
