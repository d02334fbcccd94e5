import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { categories, MAX_STATE_LENGTH, normalizeState } from '../reports/agents/categories.ts'
import { DAY_MS, DURATION_PATTERN, parseBytes, parseDuration, SIZE_PATTERN } from '../units.ts'
import type { RawValue, ValueSchema } from './setting.ts'

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
