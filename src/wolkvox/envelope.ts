import { z } from 'zod'

/** What an answer says around its records. */
export interface Envelope {
  /** Empty where the answer gives none. */
  readonly code: string
  /** wolkvox's name of the code, such as `FORBIDDEN`; empty where there is none. */
  readonly error: string
  /** Free text. */
  readonly message: string
  /** Anything in the place of the records. */
  readonly data: unknown
  /**
   * Whether it is wolkvox's: it has data, or a code. An object without either is another API's, and so is one without
   * data that has a list by another name: its records must not pass for none.
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
 * @param json the answer as JSON gave it: anything at all
 * @returns `undefined` when it is no envelope
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
 * The records of an envelope that reports no failure: a list, or one record by itself. The ways to say that there are
 * none: no data, `null`, an empty text, an empty list, an empty object.
 *
 * @returns `undefined` when what stands there is no records
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

/** Whether a message says that no records were found, in wolkvox's words or in those of other reports. */
export function saysNoRecords(message: string): boolean {
  return NO_RECORDS.test(message)
}
