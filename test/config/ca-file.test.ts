import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readCaFile, readCertificates } from '../../src/config/ca-file.ts'
import { DAY_MS } from '../../src/units.ts'
import { aCertificate, type KeyPair } from '../support/certificates.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const NOW = Date.now()

let good: KeyPair
let other: KeyPair
beforeAll(async () => {
  good = await aCertificate({ name: 'Test CA', daysLeft: 1 })
  other = await aCertificate({ name: 'Other CA', daysLeft: 1 })
})

describe('a CA file', () => {
  it('may have several certificates with text around them', () => {
    const text = `# Test CA\r\n${good.cert}\r\nsubject=CN=Other CA\n${other.cert}`
    const { content: certificates, problems, warnings } = readCertificates(text, NOW)
    expect([problems, warnings]).toEqual([[], []])
    expect(certificates?.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
    expect(certificates).not.toContain('Other CA')
  })

  it.each<[string, () => string, string]>([
    [
      'a private key',
      () => good.cert + good.key,
      'contains a private key, which does not belong here; leave only the certificates',
    ],
    [
      'no certificate',
      () => '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
      'contains no certificate; set it to the PEM file of the CA, which begins with -----BEGIN CERTIFICATE-----',
    ],
    ['no PEM', () => 'MIIB', 'is not PEM; convert it with: openssl x509 -inform der -in FILE -out FILE.pem'],
    [
      'a damaged certificate',
      () => good.cert + other.cert.replace(/\n[^\n]{20}/, '\n'),
      'certificate 2 of 2 cannot be read; copy the file again',
    ],
  ])('with %s is refused', (_what, text, problem) => {
    expect(readCertificates(text(), NOW)).toEqual({
      content: undefined,
      problems: [problem],
      hangs: false,
    })
  })

  it('with a certificate that is not valid now is used with a warning', () => {
    const late = readCertificates(other.cert + good.cert, NOW + 2 * DAY_MS)
    expect(late.content).toBeDefined()
    expect(late.warnings).toEqual([
      expect.stringMatching(/^certificate 1 expired on \d{4}-\d\d-\d\d; replace it, or check the clock/),
      expect.stringMatching(/^certificate 2 expired on /),
    ])
    expect(readCertificates(good.cert, NOW - 101 * DAY_MS).warnings).toEqual([
      expect.stringMatching(/^certificate 1 is valid only from \d{4}-\d\d-\d\d; check the clock/),
    ])
  })

  it.each<[string, (path: string) => void, string]>([
    ['is missing', () => {}, 'cannot be read (ENOENT); set it to a file that this user can read'],
    [
      'is a folder',
      mkdirSync,
      'is not a regular file; set it to a file that contains the certificates of the CA',
    ],
    [
      'is empty',
      (path) => writeFileSync(path, '\n'),
      'is empty; write the certificates of the CA into the file',
    ],
    [
      'is far too large',
      (path) => writeFileSync(path, Buffer.alloc(5 * 2 ** 20)),
      'is too large; set it to a file that contains only the certificates of the CA',
    ],
  ])('that %s is refused', async (_what, create, problem) => {
    const path = join(temporaryFolder(), 'ca.pem')
    create(path)
    expect((await readCaFile(path, NOW)).problems).toEqual([problem])
  })
})
