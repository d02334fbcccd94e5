import { generate } from 'selfsigned'

/** A certificate with its key, in PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

/** A private CA, and a certificate for the loopback addresses that it has issued. */
export async function createAuthority(): Promise<{
  readonly authority: Identity
  readonly server: Identity
}> {
  const authority = await generate([{ name: 'commonName', value: 'Test CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return {
    authority: { cert: authority.cert, key: authority.private },
    server: { cert: server.cert, key: server.private },
  }
}
