import { z } from 'zod'

/** The members of a response around its records. */
export interface Envelope {
  /** Empty if there is none. */
  readonly code: string
  /** wolkvox's name of the code, such as `FORBIDDEN`; empty if there is none. */
  readonly error: string
  /** Free text. */
  readonly message: string
  /** The records, or anything else in their place. */
  readonly data: unknown
  /**
   * Whether it comes from wolkvox: it has data, or a code. An object without either comes from another API. So does one
   * without data that has a list under another name: its records must not count as none.
   */
  readonly isReport: boolean
}

const code = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => String(value ?? '').trim())

const text = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value : ''))

const envelope = z.object({ code, error: text, msg: text, data: z.unknown().optional() })

/**
 * Reads the envelope: `{code, error, msg, data}`, or a bare list of records.
 *
 * @param json any value parsed from JSON
 * @returns `undefined` if it is no envelope
 */
export function readEnvelope(json: unknown): Envelope | undefined {
  if (Array.isArray(json)) return { code: '', error: '', message: '', data: json, isReport: true }
  const parsed = envelope.safeParse(json)
  if (!parsed.success) return undefined
  const { msg: message, ...rest } = parsed.data
  return { ...rest, message, data: rest.data, isReport: isReport(Object(json)) }
}

function isReport(members: Readonly<Record<string, unknown>>): boolean {
  if ('data' in members) return true
  return 'code' in members && !Object.values(members).some(canBeRecords)
}

/** A list, or an object of objects, which is what PHP makes of a list with gaps. */
function canBeRecords(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isObject(value) && Object.values(value).some(isObject)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * The records of an envelope that reports no failure: a list or a single record. Missing data, `null`, an empty text, an
 * empty list and an empty object all mean no records.
 *
 * @returns `undefined` if the data is anything else
 */
export function recordsIn({ data, isReport, message }: Envelope): readonly unknown[] | undefined {
  if (Array.isArray(data)) return data
  if (isNothing(data)) return isReport || saysNoRecords(message) ? [] : undefined
  return typeof data === 'object' ? [data] : undefined
}

function isNothing(data: unknown): boolean {
  if (data === undefined || data === null) return true
  if (typeof data === 'string') return data.trim() === ''
  return typeof data === 'object' && Object.keys(data).length === 0
}

const NO_RECORDS =
  /\b(?:no|0)\s+(?:records?|results?|registros?|resultados?)\b|\b(?:records?|results?|data)\s+(?:were\s+)?not\s+found\b|\bno\s+data\s+(?:was\s+|were\s+)?found\b|\bno\s+se\s+encontraron\s+(?:registros|resultados|datos)\b/i

/** Whether a message says that no records were found, in the words of this report or of others. */
export function saysNoRecords(message: string): boolean {
  return NO_RECORDS.test(message)
}
