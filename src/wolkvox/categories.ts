/** The seven groups that every state falls into: values of the label `category`. */
export const categories = ['ready', 'talk', 'ring', 'acw', 'aux', 'logout', 'unknown'] as const

export type Category = (typeof categories)[number]

const STATES: Partial<Record<Category, readonly string[]>> = {
  ready: ['ready', 'available', 'disponible', 'listo'],
  talk: ['talk', 'talking', 'on call', 'in call', 'en llamada', 'hablando', 'inbound', 'outbound'],
  ring: ['ring', 'ringing', 'timbrando'],
  acw: ['acw', 'after call work', 'wrap up'],
  logout: ['logout', 'logged out', 'disconnected', 'desconectado', 'offline'],
}

const CATEGORY_OF = new Map(
  Object.entries(STATES).flatMap(([category, states]) =>
    states.map((state) => [state, category as Category]),
  ),
)

// Accents are the marks that canonical decomposition sets apart.
const normalise = (state: string) => state.trim().normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/**
 * The category of a state, compared without case, accents and outer space. A state that is in no list is auxiliary,
 * since an operation invents its own and may rename them any day.
 *
 * @param state text of `agent_status`; empty when there is none
 */
export function categoryOf(state: string): Category {
  const known = normalise(state)
  return known === '' ? 'unknown' : (CATEGORY_OF.get(known) ?? 'aux')
}
