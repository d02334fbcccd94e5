// Hostile requests, each for a connection of its own. All ask the server to close, except where the attack is about that.
const HEAD = 'Host: localhost\r\nConnection: close\r\n'

/** Requests that are not HTTP. */
export const malformed: readonly string[] = [
  'hello\r\n\r\n',
  '\r\n\r\n\r\n\r\nhello\r\n\r\n',
  '\0\0\0\0\r\n\r\n',
  `GET\r\n${HEAD}\r\n`,
  `GET /metrics\r\n${HEAD}\r\n`,
  `GET\t/metrics\tHTTP/1.1\r\n${HEAD}\r\n`,
  `GET /metrics HTTP/1.1 x\r\n${HEAD}\r\n`,
  `GET /metrics HTTP/9.9\r\n${HEAD}\r\n`,
  `GET /metrics HTTP/2.0\r\n${HEAD}\r\n`,
  `GET /metrics http/1.1\r\n${HEAD}\r\n`,
  `get /metrics HTTP/1.1\r\n${HEAD}\r\n`,
  `BREW /metrics HTTP/1.1\r\n${HEAD}\r\n`,
  `${'G'.repeat(9000)} /metrics HTTP/1.1\r\n${HEAD}\r\n`,
  ` GET /metrics HTTP/1.1\r\n${HEAD}\r\n`,
  `GET metrics HTTP/1.1\r\n${HEAD}\r\n`,
  'GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n',
  `GET /metrics HTTP/1.1\r\n${HEAD}No colon\r\n\r\n`,
  `GET /metrics HTTP/1.1\r\n${HEAD}: no name\r\n\r\n`,
  `GET /metrics HTTP/1.1\r\n${HEAD}X\0Y: 1\r\n\r\n`,
  `GET /metrics HTTP/1.1\r\n${HEAD}X: a\0b\r\n\r\n`,
  `GET /metrics HTTP/1.1\r\n${HEAD}X: a\rb\r\n\r\n`,
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
]

const SMUGGLED = 'GET /-/ready HTTP/1.1\r\nHost: localhost\r\nX-Smuggled: 1\r\n\r\n'
const post = (headers: string, body: string) =>
  `POST /-/reload HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n${body}${SMUGGLED}`

/** Requests that two programs could split differently. A second response would mean that the hidden request was served. */
export const smuggling: readonly string[] = [
  post('Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
  post('Transfer-Encoding: chunked\r\nContent-Length: 5', '0\r\n\r\n'),
  post('Content-Length: 0\r\nContent-Length: 55', ''),
  post('Content-Length: 0, 55', ''),
  post('Content-Length: +0', ''),
  post('Content-Length: -1', ''),
  post('Content-Length: 0x0', ''),
  post('Content-Length: 99999999999999999999', ''),
  post('Content-Length : 0', ''),
  post('Content-Length:\r\n 0', ''),
  post('Transfer-Encoding: xchunked', '0\r\n\r\n'),
  post('Transfer-Encoding: chunked, identity', '0\r\n\r\n'),
  post('Transfer-Encoding: identity, chunked', '0\r\n\r\n'),
  post('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
  post('Transfer-Encoding:\x0bchunked', '0\r\n\r\n'),
  post('Transfer-Encoding: chunked\r\n\tx', '0\r\n\r\n'),
  post('Transfer-Encoding : chunked', '0\r\n\r\n'),
  post('Transfer-Encoding: "chunked"', '0\r\n\r\n'),
  post('Transfer-Encoding: chunked', '0\r\n\r\n'),
  post('Transfer-Encoding: chunked', '0;a=b\r\n\r\n'),
  post('Transfer-Encoding: chunked', '0x0\r\n\r\n'),
  post('Transfer-Encoding: chunked', '0\n\n'),
  post('Transfer-Encoding: chunked', 'fffffffffffffffff\r\n'),
  post('Transfer-Encoding: chunked', `1;${'a'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`),
  `GET /-/ready HTTP/1.1\nHost: localhost\n\n${SMUGGLED}`,
  `GET /-/ready HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n${SMUGGLED}`,
  `GET /-/ready HTTP/1.1\r\nHost: localhost\rX: a\r\n\r\n${SMUGGLED}`,
]

/** Paths that could lead somewhere else, to a wrong route or to a fault. None is a path of the exporter. */
export const paths: readonly string[] = [
  '//metrics',
  '/metrics/',
  '/metrics//',
  '/./metrics',
  '/../metrics',
  '/%2e%2e/metrics',
  '/..%2fmetrics',
  '/..%5cmetrics',
  '/..;/metrics',
  '/metrics;a=b',
  '/metrics%00',
  '/metrics%0d%0aX:%201',
  '/metrics%',
  '/%zz',
  '/%c0%ae%c0%ae/metrics',
  '/%ff%fe',
  '/Metrics',
  '/-/',
  '/-/../metrics',
  '/-/healthy/..',
  '/etc/passwd',
  '/__proto__',
  '/constructor',
  '/toString',
  '/<script>alert(1)</script>',
  '/metrics\0',
  '/metrics\x7f',
  '/m\xe9trics',
  '*',
  'localhost:80',
  'http://localhost/nowhere',
  'http://192.0.2.1/etc/passwd',
  'file:///etc/passwd',
  `/${'a'.repeat(4000)}`,
  `/${'../'.repeat(1000)}etc/passwd`,
  `/${'%2e%2e%2f'.repeat(500)}etc/passwd`,
].map((path) => `GET ${path} HTTP/1.1\r\n${HEAD}\r\n`)

/** Paths that are too long. */
export const longUrls: readonly string[] = [9000, 15_000, 17_000, 100_000, 1_000_000].map(
  (length) => `GET /${'a'.repeat(length)} HTTP/1.1\r\n${HEAD}\r\n`,
)

/** Too many or too large headers. */
export const headerFloods: readonly string[] = [
  ...[99, 500, 2000].map((headers) =>
    Array.from({ length: headers }, (_, index) => `X${index}: 1\r\n`).join(''),
  ),
  ...[17_000, 100_000, 1_000_000].map((length) => `X: ${'a'.repeat(length)}\r\n`),
  `${'a'.repeat(20_000)}: 1\r\n`,
  `Cookie: ${'a=b; '.repeat(5000)}\r\n`,
].map((headers) => `GET /metrics HTTP/1.1\r\n${HEAD}${headers}\r\n`)

/** Methods that no path accepts, or not this one. */
export const methods: readonly string[] = [
  ...[
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'SEARCH',
    'PURGE',
    'LINK',
    'MKCOL',
  ].map((method) => `${method} /metrics HTTP/1.1\r\n${HEAD}\r\n`),
  `CONNECT localhost:9989 HTTP/1.1\r\n${HEAD}\r\n`,
  `OPTIONS * HTTP/1.1\r\n${HEAD}\r\n`,
  `GET /-/reload HTTP/1.1\r\n${HEAD}\r\n`,
  `HEAD /-/reload HTTP/1.1\r\n${HEAD}\r\n`,
  `DELETE /-/reload HTTP/1.1\r\n${HEAD}\r\n`,
]

/** Bodies that are too long, sent at once. */
export const longBodies: readonly string[] = [2000, 100_000, 5_000_000].map(
  (length) => `POST /-/reload HTTP/1.1\r\n${HEAD}Content-Length: ${length}\r\n\r\n${'a'.repeat(length)}`,
)
