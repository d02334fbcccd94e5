import { z } from 'zod'

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/
const MIN_COST = 4
// One step more takes longer than Prometheus waits for a scrape, and blocks other users meanwhile.
const MAX_COST = 16

/** The cost of a bcrypt hash: each step doubles the time. */
export function costOf(hash: string): number {
  return Number(BCRYPT.exec(hash)?.[1])
}

/** The hash of a password, as the web configuration contains it. */
export const bcryptHash = z
  .string('must be a bcrypt hash')
  .refine((hash) => BCRYPT.test(hash), {
    message: 'is not a bcrypt hash; make one with: htpasswd -nBC 10 "" | tr -d \':\\n\'',
    abort: true,
  })
  .refine((hash) => costOf(hash) >= MIN_COST && costOf(hash) <= MAX_COST, {
    message: `has a cost outside ${MIN_COST} to ${MAX_COST}; make a hash with a cost of 10`,
  })
