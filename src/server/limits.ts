/**
 * The limits of the server, each with its reason. They apply to all listen addresses together. `docs/limits.md` lists them.
 *
 * A scraper sends one small request at a time, reads the response at once, and keeps its connection. Every limit is far above
 * that, and low enough that a client that does something else costs little.
 */
export const limits = {
  /** A scraper sends its request immediately; a slower client only occupies a connection. */
  headersTimeoutMs: 5000,
  /** For headers and body together. */
  requestTimeoutMs: 10_000,
  /** How often Node looks for requests that time out. */
  timeoutCheckMs: 2000,
  /** Longer than usual scrape intervals, so that a scraper reuses its connection. */
  keepAliveMs: 75_000,
  /** Prometheus times out after 10 s by default; a client that reads for this long will not finish. */
  responseMs: 60_000,

  /** Of the request line and all headers. A reverse proxy may add cookies and tokens. */
  maxHeaderBytes: 16 * 1024,
  /** Above this, Node would ignore headers silently. */
  maxHeaders: 100,
  /** Enough for a query with hundreds of operations. */
  maxUrlBytes: 8 * 1024,
  /** No route needs a body. Some clients send a small one. */
  maxBodyBytes: 1024,

  /** Far more than any number of Prometheus servers opens. */
  maxConnections: 1024,
  /** Connections that wait in the kernel until the exporter accepts them. The client of a dropped one would retry after 1 s. */
  backlog: 4096,
  /** Enough for all clients behind one reverse proxy or NAT. A quarter of all connections remains for other clients. */
  maxConnectionsPerClient: 768,
  /** TLS handshakes that begin between two rounds of other work. Each needs about 1 ms; a crowd would delay all scrapes. */
  handshakesPerTurn: 4,
  /** Connections that wait for a response. Lower than the number of connections, so that a client above it gets a response. */
  maxResponding: 512,
  /** No scraper sends another request before it has a response. */
  maxResponsesPerConnection: 8,
  /** Each of them decompresses separately, some hundred kilobytes at a time. */
  maxPlainText: 64,
} as const
