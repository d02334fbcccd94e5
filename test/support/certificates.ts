import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate, type SubjectAltNameEntry } from 'selfsigned'
import { DAY_MS } from '../../src/units.ts'

/** A certificate with its key, both as PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

export interface CertificateOptions {
  readonly name?: string
  /** Negative if it has expired. */
  readonly daysLeft?: number
  /** Signs the certificate; without it, the certificate signs itself. */
  readonly ca?: KeyPair
  readonly altNames?: readonly SubjectAltNameEntry[]
}

/** Makes a certificate for 127.0.0.1. */
export async function aCertificate({
  name = 'localhost',
  daysLeft = 30,
  ca,
  altNames = [{ type: 7, ip: '127.0.0.1' }],
}: CertificateOptions = {}): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 100 * DAY_MS),
    notAfterDate: new Date(Date.now() + daysLeft * DAY_MS),
    extensions:
      altNames.length === 0
        ? [{ name: 'basicConstraints' }]
        : [{ name: 'subjectAltName', altNames: [...altNames] }],
    ...(ca && { ca: { cert: ca.cert, key: ca.key } }),
  })
  return { cert, key }
}

/** Makes a certificate authority. */
export async function aCa(name = 'Test CA'): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true },
    ],
  })
  return { cert, key }
}

/** A private CA, and a certificate for the loopback addresses that it has issued. */
export interface Authority {
  readonly authority: KeyPair
  readonly server: KeyPair
}

/** Makes a CA with a certificate for this machine. Proxies repeat the name, but not the address. */
export async function anAuthority(): Promise<Authority> {
  const authority = await aCa()
  const altNames = [
    { type: 2, value: 'localhost' },
    { type: 7, ip: '127.0.0.1' },
  ] as const
  return { authority, server: await aCertificate({ ca: authority, altNames }) }
}

/** Writes `<name>.crt` and `<name>.key` into the folder. The key is not readable by others. */
export function writePair(folder: string, name: string, { cert, key }: KeyPair): void {
  writeFileSync(join(folder, `${name}.crt`), cert)
  writeFileSync(join(folder, `${name}.key`), key, { mode: 0o600 })
}
