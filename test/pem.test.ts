import { beforeAll, expect, it } from 'vitest'
import { certificatesIn, parseCertificate } from '../src/pem.ts'
import { aCertificate, type KeyPair } from './support/certificates.ts'

let pair: KeyPair
beforeAll(async () => {
  pair = await aCertificate({ name: 'one.example' })
})

it('finds each certificate of a text, without the text around it', () => {
  const pem = pair.cert.trim()
  expect(certificatesIn(`subject=CN=one.example\r\n${pem}\n\n# the same again\n${pem}`)).toEqual([pem, pem])
})

it('finds no keys, requests or texts', () => {
  const request = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'
  expect(certificatesIn(pair.key + request)).toEqual([])
  expect(certificatesIn('MIIB')).toEqual([])
})

it('does not take the beginning of one and the end of another for a certificate', () => {
  const cut = pair.cert.trim().replace(/-----END.*/, '')
  expect(certificatesIn(cut + pair.cert.trim())).toEqual([pair.cert.trim()])
})

it('also finds an empty certificate, so that it can be reported', () => {
  const empty = '-----BEGIN CERTIFICATE----------END CERTIFICATE-----'
  expect(certificatesIn(empty)).toEqual([empty])
  expect(parseCertificate(empty)).toBeUndefined()
})

it('parses a certificate, but not a damaged one', () => {
  expect(parseCertificate(pair.cert)?.subject).toBe('CN=one.example')
  expect(parseCertificate(pair.cert.replace(/\n[^\n]{20}/, '\n'))).toBeUndefined()
})
