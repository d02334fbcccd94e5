import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { getMetrics } from '../serve-process.ts'

const decompress = promisify(gunzip)

/** A page of metrics as it came, and its text. */
export interface Page {
  readonly gzip: Buffer
  readonly text: Buffer
  /** When it began to come, by `performance.now()`. */
  readonly firstByteAt: number
}

/** @throws when it does not come compressed */
export async function getPage(url: string): Promise<Page> {
  const { headers, bytes, firstByteAt } = await getMetrics(url, { headers: { 'accept-encoding': 'gzip' } })
  if (headers['content-encoding'] !== 'gzip') throw new Error(`${url} does not compress`)
  return { gzip: bytes, text: await decompress(bytes), firstByteAt }
}

export async function getPlainPage(url: string): Promise<Buffer> {
  return (await getMetrics(url, { headers: { 'accept-encoding': 'identity' } })).bytes
}

const FETCHED_AT = '\nwolkvox_last_success_timestamp_seconds{'

/** The moment of the data on a page, in milliseconds since 1970; `NaN` where there is none. */
export function fetchedAtOf(text: Buffer): number {
  const from = text.indexOf(FETCHED_AT) + 1
  if (from === 0) return Number.NaN
  const line = text.toString('latin1', from, text.indexOf('\n', from))
  return Math.round(1000 * Number(line.split(' ').at(-1)))
}
