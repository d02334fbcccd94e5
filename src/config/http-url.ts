const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }

// Host names and addresses. URL also accepts braces, quotes and empty labels.
const HOST = /^([\w-]+(\.[\w-]+)*\.?|\[[0-9a-f:.]+\])$/i

/** Whether a URL names a server that a request can reach: by http or https, with a possible host and port. */
export function isHttpServer({ protocol, hostname, port }: URL): boolean {
  return protocol in DEFAULT_PORTS && HOST.test(hostname) && port !== '0'
}

/** The port of an http or https URL; the default of the scheme if it has none. */
export function portOf({ protocol, port }: URL): string {
  return port || (DEFAULT_PORTS[protocol] ?? '')
}
