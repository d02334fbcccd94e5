import type { Operation } from './operation.ts'

/** Calls a day that wolkvox allows for each licence. */
export const CALLS_PER_LICENSE = 1000

/** How often one refresh retries at most. */
export const MAX_RETRIES = 2

/** The calls a day that wolkvox allows; `undefined` if the number of licences is unknown. */
export function dailyLimit({ licenses }: { readonly licenses: number | undefined }): number | undefined {
  return licenses === undefined ? undefined : licenses * CALLS_PER_LICENSE
}

/**
 * Identifies the account of an operation: its server code and base URL. Two spellings of an address are one account: URL unifies
 * the letter case of the host and leaves out the default port. A final dot of the host and repeated slashes mean nothing either.
 */
export function accountIdOf({ server, baseUrl }: Pick<Operation, 'server' | 'baseUrl'>): string {
  const url = new URL(baseUrl)
  url.hostname = url.hostname.replace(/\.$/, '')
  url.pathname = url.pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '')
  return JSON.stringify([server.toLowerCase(), url.href])
}

/**
 * Names the account of an operation: the value of the label `account`.
 *
 * @param operations all of them: the name has to be unique
 */
export function accountLabelOf(operation: Operation, operations: readonly Operation[]): string {
  if (operation.accountLabel !== undefined) return operation.accountLabel
  const id = accountIdOf(operation)
  // Two spellings of one server are one account, so its first operation names it.
  const { server, baseUrl } = operations.find((other) => accountIdOf(other) === id) ?? operation
  const isUnique = operations.every((other) => other.server !== server || accountIdOf(other) === id)
  return isUnique ? server : `${server}@${baseUrl}`
}
