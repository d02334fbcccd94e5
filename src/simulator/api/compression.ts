import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)

/** Bytes ready to be sent, with the headers that say how they are coded. */
export interface Encoded {
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** Whether an Accept-Encoding header allows gzip; a weight of 0 forbids it. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '').split(',').some((part) => {
    const [coding, ...parameters] = part.split(';').map((word) => word.trim().toLowerCase())
    return coding === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}

/** Codes a body as the caller's Accept-Encoding header allows. */
export async function encode(body: string, acceptEncoding: string | undefined): Promise<Encoded> {
  const vary = { vary: 'accept-encoding' }
  if (!acceptsGzip(acceptEncoding)) return { bytes: Buffer.from(body), headers: vary }
  return { bytes: await compress(body), headers: { ...vary, 'content-encoding': 'gzip' } }
}
