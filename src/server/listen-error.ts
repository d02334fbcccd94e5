import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts'

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program listens there, perhaps an exporter started earlier (`ss -ltnp` shows it); stop it, or choose another port with',
  EACCES: 'this user may not; choose a port above 1023 with',
  EADDRNOTAVAIL: 'this machine does not have that address; see',
  ENOTFOUND: 'there is no host of that name; see',
}

/** The server cannot listen where it was asked to. */
export class ListenError extends Error {
  override readonly name = 'ListenError'

  /** @param flag which takes the address */
  constructor(address: ListenAddress, code: string, flag: string, options?: ErrorOptions) {
    super(
      `cannot listen on ${formatListenAddress(address)} (${code}): ${ADVICE[code] ?? 'see'} ${flag}`,
      options,
    )
  }
}
