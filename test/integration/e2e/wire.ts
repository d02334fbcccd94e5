/** An answer of HTTP/1.1 as its bytes came. */
export interface Answer {
  readonly status: string
  readonly headers: Readonly<Record<string, string>>
  /** Every byte after the head, whatever they are. */
  readonly rest: Buffer
}

/** Takes an answer's head off what came over a connection. */
export function readHead(bytes: Buffer): Answer {
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
