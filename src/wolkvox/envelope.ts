import { z } from 'zod'
import { impliedCode } from './failure.ts'

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
   * Whether it comes from wolkvox: it has data, or a code. An object without either comes from another API. So does an object
   * without data that has a list under another name, because its records must not be ignored.
   */
  readonly isReport: boolean
  /** All members as JSON gave them; none for a bare list. */
  readonly members: Members
}

type Members = Readonly<Record<string, unknown>>

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
 * @returns `undefined` if it is not an envelope
 */
export function readEnvelope(json: unknown): Envelope | undefined {
  if (Array.isArray(json)) {
    return { code: '', error: '', message: '', data: json, isReport: true, members: {} }
  }
  const parsed = envelope.safeParse(json)
  if (!parsed.success) return undefined
  const { msg: message, ...rest } = parsed.data
  const members: Members = Object(json)
  return { ...rest, message, data: rest.data, isReport: isReport(members), members }
}

function isReport(members: Members): boolean {
  if ('data' in members) return true
  return 'code' in members && !Object.values(members).some(canBeRecords)
}

/** A list, or an object of objects, which PHP creates from a list with gaps. */
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

/** Whether a message of any report says that no records were found. */
export function saysNoRecords(message: string): boolean {
  return NO_RECORDS.test(message)
}

// A number with the word before or after it: `5 records were found`, `registros: 5`.
const SOME_RECORDS =
  /(?<![\d.,])0*[1-9][\d.,]{0,9}\s+(?:records?|results?|registros?|resultados?)\b|\b(?:records?|results?|registros?|resultados?)(?:\s+(?:found|encontrados))?\s{0,9}[:=]\s{0,9}0*[1-9]/i

/**
 * Why an envelope without records cannot be a report without records: its records are somewhere else. They must not be taken for
 * gone.
 *
 * @returns `undefined` if nothing contradicts it
 */
export function contradictionIn({ message, members }: Envelope): string | undefined {
  if (Object.entries(members).some(([name, value]) => name !== 'data' && isListBesideData(name, value))) {
    return 'the response has no records in its data, but a list beside it'
  }
  return SOME_RECORDS.test(message) && !saysNoRecords(message)
    ? 'the response has no records, but its message counts some'
    : undefined
}

const WHOLE_NUMBER = /^\d+$/

/** A list with elements, also as PHP writes a list with gaps: as an object with numbers, or merged into the envelope. */
function isListBesideData(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (!isObject(value)) return false
  const names = Object.keys(value)
  return WHOLE_NUMBER.test(name) || (names.length > 0 && names.every((key) => WHOLE_NUMBER.test(key)))
}

/** What a response without records says about a failure. */
export interface ImpliedRefusal {
  readonly code: number
  /** The text of `error`; empty if it is not a text. */
  readonly error: string
  /** What the reason is derived from. */
  readonly message: string
}

/**
 * Finds the failure that an envelope without records reports beside its code. Otherwise it would count as an empty report, and
 * all agents as gone. A good response has an `error` of `null` or `"null"`.
 *
 * @returns `undefined` if it reports none
 */
export function impliedRefusal({ code, message, members }: Envelope): ImpliedRefusal | undefined {
  const { error } = members
  const said = message === '' ? textOf(members.message) : message
  const name = textOf(error)
  const words = `${said} ${isObject(error) ? Object.values(error).map(textOf).join(' ') : name}`
  const implied = impliedCode(name, words)
  if (implied !== undefined) return { code: implied, error: name, message: words }
  if (isError(error) && !saysNoRecords(name))
    return { code: INTERNAL_SERVER_ERROR, error: name, message: words }
  if (code !== '' || saysNoRecords(words)) return undefined
  // Other APIs, such as that of a gateway before wolkvox, report a failure without a code.
  const status = failedStatus(members)
  return status === undefined ? undefined : { code: status, error: '', message: words }
}

// Nothing tells more, and a retry may help.
const INTERNAL_SERVER_ERROR = 500

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')

function isError(error: unknown): boolean {
  if (typeof error === 'string') return error.trim().toLowerCase() !== 'null' && !isNothing(error)
  return !isNothing(error) && error !== false && error !== 0
}

const FAILED_STATUS = /^\s*(?:error|fail(?:ed|ure)?)\s*$/i

function failedStatus({ status, success }: Members): number | undefined {
  const number = typeof status === 'boolean' ? Number.NaN : Number(status)
  if (number >= 400 && number <= 599) return number
  return FAILED_STATUS.test(textOf(status)) || status === false || isFalse(success)
    ? INTERNAL_SERVER_ERROR
    : undefined
}

const isFalse = (value: unknown) =>
  value === false || value === 0 || /^(?:false|0)$/i.test(textOf(value).trim())
