import { hash } from 'bcryptjs'

/** The lowest cost, so that tests are fast. */
export const hashOf = (password: string, cost = 4): Promise<string> => hash(password, cost)

/** The hash of `test-password`. */
export const HASH = '$2b$04$eLmo7/Vo5sfc.zuHOJqHqu0dZtQPlO0Gj29.tqYdfBp/IUJ.nco.K'
