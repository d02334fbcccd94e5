import { X509Certificate } from 'node:crypto'

// Certificates in base64, which has no hyphen. Other kinds of blocks and the text between them do not count.
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** The certificates that a PEM text contains, each in PEM, without the text around them. They can be damaged. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(CERTIFICATE) ?? []
}

/** Parses a certificate in PEM. @returns `undefined` if it is damaged */
export function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    // OpenSSL has many codes for a certificate that it cannot read, and the text is all that can be wrong.
    return undefined
  }
}
