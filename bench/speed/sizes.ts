/** Agents of an operation: a usual one, a large one, and the most that wolkvox returns. */
export const SIZES = [500, 5000, 60_000] as const

export type Size = (typeof SIZES)[number]

export const inWords = (agents: number) => agents.toLocaleString('en')
