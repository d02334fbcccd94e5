import { z } from 'zod'

/** What an answer says around its records. */
export interface Envelope {
  /** Empty where the answer gives none. */
  readonly code: string
  /** Free text. */
  readonly message: string
  /** Whatever stands where the records should be. */
  readonly data: unknown
}

const code = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => String(value ?? '').trim())

const message = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value : ''))

const envelope = z.union([
  z.array(z.unknown()).transform((bare): Envelope => ({ code: '', message: '', data: bare })),
  z
    .object({ code, msg: message, data: z.unknown().optional() })
    .transform(({ code, msg, data }): Envelope => ({ code, message: msg, data })),
])

/**
 * Reads the envelope: `{code, error, msg, data}`, or a bare list of records.
 *
 * @param json the answer as JSON gave it: anything at all
 * @returns `undefined` when it is no envelope
 */
export function readEnvelope(json: unknown): Envelope | undefined {
  const parsed = envelope.safeParse(json)
  return parsed.success ? parsed.data : undefined
}

const records = z.union([
  z.array(z.unknown()),
  z.looseObject({}).transform((record): readonly unknown[] => [record]),
])

/**
 * The records of an envelope that reports no failure: a list, or one record by itself. No data at all means no agents,
 * but only where the code says that all is well.
 *
 * @returns `undefined` when what stands there is no records
 */
export function recordsIn({ code, data }: Envelope): readonly unknown[] | undefined {
  if (data === undefined || data === null) return Number(code) === 200 ? [] : undefined
  const parsed = records.safeParse(data)
  return parsed.success ? parsed.data : undefined
}
