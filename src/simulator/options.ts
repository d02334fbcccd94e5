/** What a simulated operation is made of. */
export interface SimulatorOptions {
  readonly agents: number
  /** Whole; the same seed gives the same days. */
  readonly seed: number
  /** Simulated seconds in a real one; 0 stops the simulated clock. */
  readonly speed: number
  /** The time of day, `HH:MM`, at which the simulated clock starts; the day has run up to then. */
  readonly startAt: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly token: string
  /** The daily limit is 1000 calls for each; as many as agents unless given. */
  readonly licenses?: number
  /** Waited before each answer of the API; 0 unless given. */
  readonly latencyMs?: number
}

/** A centre in the middle of its working day, with a server code for its callers to use: it accepts any. */
export const simulatorDefaults = {
  agents: 200,
  seed: 1,
  speed: 1,
  startAt: '10:30',
  host: '127.0.0.1',
  port: 9988,
  token: 'simulated-token',
  server: '0000',
} as const satisfies SimulatorOptions & { readonly server: string }

/** Throws a RangeError that names the first option a simulation cannot run with. */
export function checkOptions({ agents, seed, speed, licenses, latencyMs }: SimulatorOptions): void {
  const wholeNumbers = { agents, licenses: licenses ?? 0 }
  for (const [name, value] of Object.entries(wholeNumbers)) {
    if (!Number.isInteger(value) || value < 0)
      throw new RangeError(`${name} must be a whole number ≥ 0: ${value}`)
  }
  if (!Number.isInteger(seed)) throw new RangeError(`seed must be a whole number: ${seed}`)
  const amounts = { speed, latencyMs: latencyMs ?? 0 }
  for (const [name, value] of Object.entries(amounts)) {
    if (!Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be a number ≥ 0: ${value}`)
  }
}
