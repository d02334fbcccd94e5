import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts'

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; stop it, or choose another port with --web.listen-address',
  EACCES: 'this user may not; choose a port above 1023 with --web.listen-address',
  EADDRNOTAVAIL: 'this machine does not have that address; see --web.listen-address',
  ENOTFOUND: 'there is no host of that name; see --web.listen-address',
}

/** The server cannot listen where it was asked to. */
export class ListenError extends Error {
  override readonly name = 'ListenError'

  constructor(address: ListenAddress, code: string, options?: ErrorOptions) {
    super(`cannot listen on ${formatListenAddress(address)} (${code}): ${ADVICE[code] ?? 'see --web.listen-address'}`, options)
  }
}
