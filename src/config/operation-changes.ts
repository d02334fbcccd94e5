import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Operation } from './operation.ts'

/** Whether two operations are the same in everything, secrets and groups included. */
export function haveSameConfiguration(one: Operation, other: Operation): boolean {
  return (
    haveSameSettings(one, other) &&
    one.accountLabel === other.accountLabel &&
    isDeepStrictEqual(one.reports, other.reports) &&
    credentialsFingerprint(one) === credentialsFingerprint(other) &&
    one.groups?.digest === other.groups?.digest
  )
}

/** Whether two operations have the same settings, except for their reports, tokens, groups and the names of their accounts. */
export function haveSameSettings(one: Operation, other: Operation): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other))
}

/**
 * Whether the data of one operation can be shown as that of the other: what differs concerns only how calls are made, how many,
 * the groups of the next refresh, and the name of the account.
 */
export function haveSameData(one: Operation, other: Operation): boolean {
  return isDeepStrictEqual(dataSettings(one), dataSettings(other))
}

function dataSettings(operation: Operation) {
  const {
    token,
    reports,
    groups,
    route,
    caCertificates,
    licenses,
    timeoutMs,
    maxResponseBytes,
    priority,
    accountLabel,
    ...settings
  } = operation
  return { ...settings, hashKey: settings.hashKey?.reveal() }
}

/** A secret hides its value from comparisons. The name of an account depends on other operations. */
function comparable({ token, reports, groups, accountLabel, ...settings }: Operation) {
  return {
    ...settings,
    password: settings.route.proxy?.credentials?.password.reveal(),
    hashKey: settings.hashKey?.reveal(),
  }
}

// 64 bits.
const FINGERPRINT_LENGTH = 16

/**
 * A hash that shows whether the token and the address have changed. It could confirm a guessed token, but tokens are random,
 * and only the owner can read the files that contain fingerprints.
 */
export function credentialsFingerprint({ baseUrl, token }: Pick<Operation, 'baseUrl' | 'token'>): string {
  return createHash('sha256')
    .update(`${baseUrl}\0${token.reveal()}`)
    .digest('hex')
    .slice(0, FINGERPRINT_LENGTH)
}
