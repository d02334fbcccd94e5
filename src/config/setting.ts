import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { categories, MAX_STATE_LENGTH, normalizeState } from '../reports/agents/categories.ts'
import { DAY_MS, DURATION_PATTERN, parseBytes, parseDuration, SIZE_PATTERN } from '../units.ts'
import type { OutboundProxy } from '../wolkvox/route.ts'
import { isHttpServer, readProxyUrl } from './proxy.ts'
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

/** A schema with the JSON Schema of the same values. */
interface ValueSchema<T, Input = string> {
  readonly schema: z.ZodType<T, Input>
  readonly json: JsonSchema
}

/** A text of a form. @param pattern without flags, because JSON Schema has none */
export function textOf(pattern: RegExp, message: string): ValueSchema<string> {
  return { schema: z.string().regex(pattern, message), json: { type: 'string', pattern: pattern.source } }
}

/** A whole number. YAML reads it as a number unless it is quoted. @param pattern of its digits */
export function wholeNumber(
  pattern: RegExp,
  [minimum, maximum]: readonly [number, number],
  message: string,
): ValueSchema<number> {
  return {
    schema: z.string().regex(pattern, message).transform(Number),
    json: { type: ['integer', 'string'], minimum, maximum, pattern: pattern.source },
  }
}

/** One of some texts. */
export function oneOf<const T extends readonly [string, ...string[]]>(values: T): ValueSchema<T[number]> {
  const schema = z.string().transform((text, context): T[number] => {
    const found = values.find((value) => value === text)
    if (found !== undefined) return found
    context.addIssue(`must be one of ${values.join(', ')}`)
    return z.NEVER
  })
  return { schema, json: { enum: values } }
}

/** A duration of at least a second, as Prometheus writes it; in milliseconds. */
export function durationUpTo(days: number): ValueSchema<number> {
  const schema = z.string().transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms >= 1000 && ms <= days * DAY_MS) return ms
    context.addIssue(`must be a duration between 1s and ${days}d, written as Prometheus does: 90s, 5m, 1h30m`)
    return z.NEVER
  })
  return { schema, json: { type: 'string', pattern: `^(?=.)${DURATION_PATTERN}$` } }
}

const MIN_RESPONSE_BYTES = 1024

// wolkvox sends at most 256 MB in one response.
const MAX_RESPONSE_BYTES = 256 * 2 ** 20

/** The size of a response, in bytes. */
export const responseSize: ValueSchema<number> = {
  schema: z.string().transform((text, context) => {
    const bytes = parseBytes(text)
    if (bytes !== undefined && bytes >= MIN_RESPONSE_BYTES && bytes <= MAX_RESPONSE_BYTES) return bytes
    context.addIssue('must be a size between 1KiB and 256MiB, such as 64MiB')
    return z.NEVER
  }),
  json: {
    type: ['string', 'integer'],
    pattern: `^${SIZE_PATTERN}$`,
    minimum: MIN_RESPONSE_BYTES,
    maximum: MAX_RESPONSE_BYTES,
  },
}

// Temporal also accepts an offset, or a date and time that ends with a zone.
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

function isTimeZone(name: string): boolean {
  if (!ZONE_NAME.test(name)) return false
  try {
    Temporal.Now.plainDateISO(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

export const timeZone: ValueSchema<string> = {
  schema: z.string().refine(isTimeZone, 'must be an IANA time zone such as America/Bogota or Europe/Madrid'),
  json: { type: 'string', pattern: ZONE_NAME.source },
}

/** The base URL of the API, without a slash at its end. */
export const baseUrl: ValueSchema<string> = {
  schema: z.string().transform((text, context) => {
    const problem = baseUrlProblem(text)
    if (problem === undefined) return text.replace(/\/+$/, '')
    context.addIssue(problem)
    return z.NEVER
  }),
  json: { type: 'string', pattern: String.raw`^[Hh][Tt][Tt][Pp][Ss]?://[^\s?#\\@]+$` },
}

/** What is wrong with a base URL, or `undefined`. Checks the text too, because URL drops white space and adds slashes. */
function baseUrlProblem(text: string): string | undefined {
  if (/\s/.test(text)) return 'contains white space; remove it'
  const url = URL.parse(text)
  if (
    url === null ||
    !/^https?:\/\/[^/\\]/i.test(text) ||
    !isHttpServer(url) ||
    `${url.username}${url.password}` !== '' ||
    /[?#\\]/.test(text)
  ) {
    return 'must be an http(s) URL without user, password or query, such as https://wv0042.wolkvox.com'
  }
  if (/\/api\/+v2(\/|$)|\.php\/*$/i.test(url.pathname)) {
    return 'must end before /api/v2, which the exporter adds, such as https://wv0042.wolkvox.com'
  }
  return undefined
}

/** The URL of a proxy, or `none`. */
export const proxyUrl: ValueSchema<OutboundProxy | 'none'> = {
  schema: z.string().transform((text, context): OutboundProxy | 'none' => {
    if (text === 'none') return 'none'
    const { proxy, problem } = readProxyUrl(text)
    if (problem === undefined) return proxy
    context.addIssue(problem)
    return z.NEVER
  }),
  json: { type: 'string', pattern: String.raw`^\S+$` },
}

/** Several texts. */
export const listOfTexts: ValueSchema<readonly string[], RawValue> = {
  schema: z
    .custom<RawValue>()
    .pipe(z.array(z.string('must be a single value'), 'must be a list, such as [a, b]')),
  json: { type: 'array', items: { type: 'string', minLength: 1 } },
}

/** The categories of states, by their normalized text. */
export const stateMap: ValueSchema<Readonly<Record<string, string>>, RawValue> = {
  schema: z.custom<RawValue>().transform((raw, context) => {
    if (typeof raw === 'string' || Array.isArray(raw)) {
      context.addIssue('must be a mapping from states to categories, such as { Almuerzo: aux }')
      return z.NEVER
    }
    const states = new Map<string, string>()
    for (const [state, category] of Object.entries(raw)) {
      const issue = (message: string) => context.addIssue({ code: 'custom', message, path: [state] })
      const isLong = state.trim().length > MAX_STATE_LENGTH
      const text = isLong ? '' : normalizeState(state)
      if (!categories.some((known) => known === category)) issue(`must be one of ${categories.join(', ')}`)
      else if (isLong) issue(`is longer than ${MAX_STATE_LENGTH} characters`)
      else if (text === '') issue('has no text; an agent without a state is always unknown')
      else if (states.has(text)) issue('is there twice, in another spelling; remove one')
      else states.set(text, String(category))
    }
    return Object.fromEntries(states)
  }),
  json: { type: 'object', additionalProperties: { enum: categories } },
}
