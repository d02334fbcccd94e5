import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import { isBlank, type LocatedProblem, type Path } from '../../yaml-text.ts'
import { readRawText } from './raw-text.ts'
import { TLS_SECTION } from './schema.ts'

/** The PEM texts that the configuration contains or names. */
export interface Pems {
  readonly cert: string
  readonly key: string
  readonly clientCa: string | undefined
}

/** What the section of TLS contains and names. */
export interface PemFiles {
  readonly pems: Partial<Record<keyof Pems, string>>
  /** The files that it names. */
  readonly files: readonly string[]
  readonly problems: readonly LocatedProblem[]
  readonly warnings: readonly LocatedProblem[]
}

/** The file that contains the section of TLS. */
export interface SectionFile {
  /** Its folder: paths are relative to it. */
  readonly folder: string
  readonly isReadableByOthers: boolean
}

const KEYS = [
  { pem: 'cert', key: 'cert', contents: 'the certificate' },
  { pem: 'key', key: 'key', contents: 'the private key' },
  { pem: 'clientCa', key: 'client_ca', contents: 'the CA of the client certificates' },
] as const

const EXPOSED_KEY = 'other users of this machine can read the private key; run chmod o-r on its file'

/** Reads and checks the PEM texts in the section and in the files that it names, one file after the other. */
export async function readPemFiles(
  section: Readonly<Record<string, unknown>>,
  { folder, isReadableByOthers }: SectionFile,
): Promise<PemFiles> {
  const pems: Partial<Record<keyof Pems, string>> = {}
  const places: Partial<Record<keyof Pems, Path>> = {}
  const files: string[] = []
  const problems: LocatedProblem[] = []
  let isKeyExposed = false
  for (const { pem, key, contents } of KEYS) {
    const [inline, file] = [section[key], section[`${key}_file`]]
    if (typeof inline === 'string' && !isBlank(inline)) {
      pems[pem] = inline
      places[pem] = [TLS_SECTION, key]
      if (pem === 'key') isKeyExposed = isReadableByOthers
    } else if (typeof file === 'string' && !isBlank(file)) {
      const at = [TLS_SECTION, `${key}_file`]
      places[pem] = at
      const path = resolve(folder, file)
      files.push(path)
      const read = await readRawText(path, contents)
      if (read.ok) pems[pem] = read.text
      else problems.push({ at, message: read.problem })
      if (pem === 'key') isKeyExposed = read.ok && read.isReadableByOthers
    }
  }
  const placeOf = (pem: keyof Pems) => places[pem] ?? [TLS_SECTION]
  return {
    pems,
    files,
    problems: [...problems, ...pemProblems(pems).map(({ pem, message }) => ({ at: placeOf(pem), message }))],
    warnings: isKeyExposed ? [{ at: placeOf('key'), message: EXPOSED_KEY }] : [],
  }
}

/** What is wrong with one of the texts. */
export interface PemProblem {
  readonly pem: keyof Pems
  readonly message: string
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Checks certificate, key and client CA. @returns every problem, without any part of the texts */
export function pemProblems({ cert, key, clientCa }: Partial<Pems>): PemProblem[] {
  const problems: PemProblem[] = []
  const certificate = cert === undefined ? undefined : parseCertificate(cert)
  if (cert !== undefined && certificate === undefined) {
    problems.push({ pem: 'cert', message: certificateProblem(cert) })
  }
  const parsedKey = key === undefined ? undefined : parseKey(key)
  if (parsedKey?.ok === false) {
    problems.push({ pem: 'key', message: parsedKey.problem })
  } else if (certificate && parsedKey && !certificate.checkPrivateKey(parsedKey.key)) {
    problems.push({
      pem: 'key',
      message: 'is not the key of this certificate; use the key that was created with it',
    })
  }
  if (clientCa !== undefined) {
    const found = clientCa.match(CERTIFICATE) ?? []
    if (found.length === 0 || found.some((each) => parseCertificate(each) === undefined)) {
      problems.push({ pem: 'clientCa', message: certificateProblem(clientCa) })
    }
  }
  return problems
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    // OpenSSL has many codes for a certificate that it cannot read, and the text is all that can be wrong.
    return undefined
  }
}

function certificateProblem(pem: string): string {
  return pem.includes('-----BEGIN CERTIFICATE-----')
    ? 'contains a certificate that cannot be read; copy the file again'
    : 'contains no certificate in PEM format; convert it with: openssl x509 -inform der -in FILE -out FILE.pem'
}

type ParsedKey =
  | { readonly ok: true; readonly key: KeyObject }
  | { readonly ok: false; readonly problem: string }

function parseKey(pem: string): ParsedKey {
  try {
    return { ok: true, key: createPrivateKey(pem) }
  } catch {
    // OpenSSL's code does not tell what is wrong.
    return { ok: false, problem: keyProblem(pem) }
  }
}

// In PKCS #8, and in older formats.
const WITH_PASSPHRASE = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m

function keyProblem(pem: string): string {
  if (WITH_PASSPHRASE.test(pem)) {
    return 'contains a private key with a passphrase; remove it with: openssl pkey -in FILE -out FILE.pem'
  }
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)
    ? 'contains a private key that cannot be read; copy the file again'
    : 'contains no private key in PEM format; convert it with: openssl pkey -inform der -in FILE -out FILE.pem'
}
