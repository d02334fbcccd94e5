import type { z } from 'zod'
import { pathProblems, textProblems, tokenProblems } from './text-problems.ts'

/** A text, or texts in lists and mappings, as a configuration file can have them. */
export type RawValue = string | readonly RawValue[] | { readonly [key: string]: RawValue }

/**
 * One setting of an operation. Variables, keys, `--help`, `check-config`, the JSON Schema and the documentation are generated
 * from it.
 */
export interface Setting<T = unknown> {
  /** Environment variable; absent if the setting is only in a configuration file. */
  readonly variable?: string
  /** Key in a configuration file. */
  readonly key: string
  /** The default, as `--help` shows it. */
  readonly default: string
  readonly meaning: string
  /** Which mistakes to look for in the text; see text-problems.ts. */
  readonly form?: 'token' | 'free text' | 'path'
  /** Whether a file can have a list or a mapping here. Without it, only a text reaches the schema. */
  readonly isStructured?: boolean
  /** Whether the list or the mapping can be empty: none, instead of the default of the file. */
  readonly mayBeEmpty?: boolean
  /**
   * Converts the text, `undefined` if it is not set, to the value. The message of an issue says what to do. It does not
   * repeat a text that may be a token in the wrong variable.
   */
  readonly schema: z.ZodType<T, RawValue | undefined>
  /**
   * JSON Schema of the value as an editor sees it: YAML reads unquoted numbers as numbers. It accepts everything that `schema`
   * accepts, except for numbers that need quotes, but does not check what a pattern cannot, such as the range of a duration.
   */
  readonly json: JsonSchema
}

export type JsonSchema = Readonly<Record<string, unknown>>

/** A schema with the JSON Schema of the same values. */
export interface ValueSchema<T, Input = string> {
  readonly schema: z.ZodType<T, Input>
  readonly json: JsonSchema
}

/** What is wrong with a value and what to do. */
export interface ValueProblem {
  /** The keys and indices below the key of the setting. */
  readonly at: readonly PropertyKey[]
  readonly message: string
}

/** Reads the value of a setting. A value that has only mistakes of its form is returned too: it may be meant that way. */
export function readSetting<T>(
  { schema, form }: Setting<T>,
  raw: RawValue | undefined,
): {
  readonly data: T | undefined
  readonly isReadable: boolean
  readonly problems: readonly ValueProblem[]
} {
  const { data, error } = schema.safeParse(raw)
  const wrong = typeof raw === 'string' ? formProblems(raw, form) : []
  const problems =
    wrong.length > 0
      ? wrong.map((message) => ({ at: [], message }))
      : (error?.issues ?? []).map(({ path, message }) => ({ at: path, message }))
  return { data, isReadable: error === undefined, problems }
}

/** Mistakes in a text, even if the text would be a valid value. */
function formProblems(text: string, form: Setting['form']): string[] {
  if (form === 'token') return tokenProblems(text)
  return form === 'path' ? pathProblems(text) : textProblems(text, form === 'free text')
}
