import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import Negotiator from 'negotiator'

const compress = promisify(gzip)

/** Bytes ready to be sent, with the headers that say how they are coded. */
export interface Encoded {
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** Whether an Accept-Encoding header allows gzip and does not like it less than no coding. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const headers = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding }
  return new Negotiator({ headers }).encodings(['gzip', 'identity'])[0] === 'gzip'
}

/** Codes a body as the caller's Accept-Encoding header allows. */
export async function encode(body: string, acceptEncoding: string | undefined): Promise<Encoded> {
  const vary = { vary: 'accept-encoding' }
  if (!acceptsGzip(acceptEncoding)) return { bytes: Buffer.from(body), headers: vary }
  return { bytes: await compress(body), headers: { ...vary, 'content-encoding': 'gzip' } }
}
