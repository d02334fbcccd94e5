import type { X509Certificate } from 'node:crypto'
import { certificatesIn, parseCertificate } from '../pem.ts'
import { type FileContent, readTextFile, rejectedFile } from './text-file.ts'

// The bundle of a system with all public CAs has about 250 kB.
const MAX_BYTES = 4 * 2 ** 20

/**
 * Reads a file of trusted CAs.
 *
 * @param now milliseconds since 1970
 * @returns the certificates in PEM, without anything else that the file contains
 */
export async function readCaFile(path: string, now: number): Promise<FileContent<string>> {
  const file = await readTextFile(path, 'the certificates of the CA', MAX_BYTES)
  return file.content === undefined ? file : readCertificates(file.content, now)
}

/** Reads the certificates of a PEM text. @param now milliseconds since 1970 */
export function readCertificates(text: string, now: number): FileContent<string> {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return rejectedFile('contains a private key, which does not belong here; leave only the certificates')
  }
  const blocks = certificatesIn(text)
  if (blocks.length === 0) {
    return rejectedFile(
      text.includes('-----BEGIN ')
        ? 'contains no certificate; set it to the PEM file of the CA, which begins with -----BEGIN CERTIFICATE-----'
        : 'is not PEM; convert it with: openssl x509 -inform der -in FILE -out FILE.pem',
    )
  }
  const certificates = blocks.map(parseCertificate)
  const broken = certificates.indexOf(undefined)
  if (broken >= 0) {
    return rejectedFile(`certificate ${broken + 1} of ${blocks.length} cannot be read; copy the file again`)
  }
  return {
    content: `${blocks.join('\n')}\n`,
    problems: [],
    warnings: certificates.flatMap((certificate, index) =>
      certificate === undefined ? [] : validityWarnings(certificate, index, now),
    ),
    hangs: false,
  }
}

function validityWarnings(
  { validFromDate, validToDate }: X509Certificate,
  index: number,
  now: number,
): string[] {
  const day = (date: Date) => date.toISOString().slice(0, 10)
  const which = `certificate ${index + 1}`
  if (validToDate.getTime() < now) {
    return [`${which} expired on ${day(validToDate)}; replace it, or check the clock of this machine`]
  }
  if (validFromDate.getTime() > now) {
    return [`${which} is valid only from ${day(validFromDate)}; check the clock of this machine`]
  }
  return []
}
