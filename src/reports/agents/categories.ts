/** The seven groups of states: the values of the label `category`. */
export const categories = ['ready', 'talk', 'ring', 'acw', 'aux', 'logout', 'unknown'] as const

export type Category = (typeof categories)[number]

const STATES: Partial<Record<Category, readonly string[]>> = {
  ready: ['ready', 'available', 'disponible', 'listo'],
  talk: ['talk', 'talking', 'on call', 'in call', 'en llamada', 'hablando', 'inbound', 'outbound'],
  ring: ['ring', 'ringing', 'timbrando'],
  acw: ['acw', 'after call work', 'wrap up'],
  logout: ['logout', 'logged out', 'disconnected', 'desconectado', 'offline'],
}

/** Programs write log out, log-out and logout. */
const withoutSeparators = (state: string) => state.replace(/[\s\p{Pd}_]+/gu, '')

const CATEGORY_OF = new Map(
  Object.entries(STATES).flatMap(([category, states]) =>
    states.map((state) => [withoutSeparators(state), category as Category]),
  ),
)

/** Longer states are never compared: normalising takes quadratic time when combining marks follow each other. */
export const MAX_STATE_LENGTH = 64

// NFD splits an accented letter into the letter and its combining marks.
/** The form in which states are compared. */
export const normalizeState = (state: string) =>
  state.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/**
 * The category of a state, compared without case, accents, spaces and hyphens. A state that is in no list is auxiliary, because
 * each operation invents its own states and can rename them at any time.
 *
 * @param state text of `agent_status`; empty when there is none
 * @param overrides categories of an operation's own states, by {@link normalizeState}
 */
export function categoryOf(state: string, overrides: Readonly<Record<string, string>> = {}): Category {
  const text = state.trim()
  if (text.length > MAX_STATE_LENGTH) return 'aux'
  const known = normalizeState(text)
  const own = Object.hasOwn(overrides, known) ? overrides[known] : undefined
  if (own !== undefined) return own as Category
  return known === '' ? 'unknown' : (CATEGORY_OF.get(withoutSeparators(known)) ?? 'aux')
}
