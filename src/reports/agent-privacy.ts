import { fingerprintOf, pseudonymOf } from './pseudonym.ts'
import type { PrivacyProblem, RowSettings } from './report.ts'

// A list of what cannot be part of a name, because names can be in any script.
const NAMELESS_ID = /^[\d\s\p{Pd}\u2212._/:#]*$/u

/**
 * The id as it is exposed. An id from which no name could be split can be a name. So it becomes a pseudonym if names are hidden and
 * there is a key. Without a key, the id is exposed: the operator chose to show ids, which can be `AG1001`, and losing all agents of
 * an operation with such ids would be worse. {@link agentPrivacyProblem} warns about them.
 *
 * @returns `undefined` if it must not be exposed
 */
export function exposedId(id: string, settings: RowSettings): string | undefined {
  const { agentId, name: operation, hashKey } = settings
  if (agentId !== 'hash' && (!hidesNamesInIds(settings) || NAMELESS_ID.test(id))) return id
  // Without a key, which is a bug, nothing is exposed.
  return hashKey && pseudonymOf(id, 'id', operation, hashKey)
}

/** Whether ids that can be names become pseudonyms, although other ids are exposed unchanged. */
function hidesNamesInIds({ agentName, hashKey }: RowSettings): boolean {
  return agentName !== 'plain' && hashKey !== undefined
}

/**
 * Data that was stored under other settings, or under another key, may show what has to be hidden now, and agents stored under
 * another filter may be excluded. Patterns can contain names, so only their fingerprint is stored.
 */
export function agentPrivacyOf({ agentId = 'plain', agentName, agentFilter, hashKey }: RowSettings): string {
  return [
    agentId,
    agentName,
    ...(hashKey === undefined ? [] : [fingerprintOf('', hashKey)]),
    ...(agentFilter === undefined ? [] : [fingerprintOf(JSON.stringify(agentFilter), hashKey)]),
  ].join(' ')
}

/** The privacy settings with which everything is exposed unchanged. */
export const NOTHING_HIDDEN = agentPrivacyOf({ name: '', agentName: 'plain' })

/** The value of the label `agent_name`. */
export function exposedName(name: string, { agentName, name: operation, hashKey }: RowSettings): string {
  if (agentName === 'omit' || name === '') return ''
  if (agentName === 'plain') return name
  // Without a key, which is a bug, nothing is exposed.
  return hashKey === undefined ? '' : pseudonymOf(name, 'name', operation, hashKey)
}

// Colombian cédulas have 6 to 10 digits, other countries' numbers up to 11. Extensions have at most 7.
const IDENTITY_NUMBER = /^\d{8,11}$/

// Fewer agents are not enough to judge by.
const MIN_AGENTS = 3

/** What the ids of most agents seem to be, while they are exposed unchanged. */
export function agentPrivacyProblem(
  agents: readonly { readonly id: string }[],
  settings: RowSettings,
): PrivacyProblem | undefined {
  if (settings.agentId === 'hash' || agents.length < MIN_AGENTS) return undefined
  const isMost = (count: number) => count * 2 > agents.length
  if (isMost(agents.filter(({ id }) => IDENTITY_NUMBER.test(id)).length)) {
    return 'ids look like national identity numbers'
  }
  // Ids with letters are pseudonyms here. Their hexadecimal digits can look like a name.
  if (hidesNamesInIds(settings)) return undefined
  if (isMost(agents.filter(({ id }) => /\p{L}{3}/u.test(id)).length)) return 'ids contain names'
  // While names are shown anyway, a code such as AG1001 reveals nothing more.
  if (settings.agentName === 'plain') return undefined
  return isMost(agents.filter(({ id }) => !NAMELESS_ID.test(id)).length) ? 'ids contain letters' : undefined
}
