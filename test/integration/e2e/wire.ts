/** An HTTP/1.1 response as received. */
export interface RawResponse {
  readonly status: string
  readonly headers: Readonly<Record<string, string>>
  /** All bytes after the head. */
  readonly rest: Buffer
}

/** Parses the head of a response. */
export function readHead(bytes: Buffer): RawResponse {
  const end = bytes.indexOf('\r\n\r\n')
  const [status = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', value = ''] = line.split(/: (.*)/s)
      return [name.toLowerCase(), value]
    }),
  )
  return { status, headers, rest: bytes.subarray(end + 4) }
}
