import { createPrivateKey } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { pemProblems } from '../../../src/server/web-config/pem-files.ts'
import { aCertificate, type KeyPair } from '../../support/certificates.ts'

let pair: KeyPair
beforeAll(async () => {
  pair = await aCertificate()
})

const PASSPHRASE = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'test-passphrase' } as const
const damaged = (pem: string) => pem.replace(/\n[\s\S]+\n-----END/, '\nMIIB\n-----END')
const der = (pem: string) => Buffer.from(pem.replaceAll(/-----.*-----/g, ''), 'base64').toString()

describe('a private key', () => {
  it.each([
    [
      'with a passphrase',
      (key: string) => String(createPrivateKey(key).export({ type: 'pkcs8', ...PASSPHRASE })),
      'contains a private key with a passphrase; remove it with: openssl pkey -in FILE -out FILE.pem',
    ],
    [
      'with a passphrase in the old format',
      (key: string) => String(createPrivateKey(key).export({ type: 'sec1', ...PASSPHRASE })),
      'contains a private key with a passphrase; remove it with: openssl pkey -in FILE -out FILE.pem',
    ],
    ['that is damaged', damaged, 'contains a private key that cannot be read; copy the file again'],
    [
      'in DER',
      der,
      'contains no private key in PEM format; convert it with: openssl pkey -inform der -in FILE -out FILE.pem',
    ],
  ])('%s is refused', (_, change, message) => {
    expect(pemProblems({ ...pair, key: change(pair.key) })).toEqual([{ pem: 'key', message }])
  })

  it('that belongs to the certificate is accepted', () => {
    expect(pemProblems({ ...pair, clientCa: pair.cert })).toEqual([])
  })
})

describe.each(['cert', 'clientCa'] as const)('the certificate of %s', (pem) => {
  it.each([
    ['that is damaged', damaged, 'contains a certificate that cannot be read; copy the file again'],
    [
      'in DER',
      der,
      'contains no certificate in PEM format; convert it with: openssl x509 -inform der -in FILE -out FILE.pem',
    ],
  ])('%s is refused', (_, change, message) => {
    expect(pemProblems({ ...pair, [pem]: change(pair.cert) })).toEqual([{ pem, message }])
  })
})
