/**
 * What the exporter uses of `node:http`. An ESM import of that module evaluates all of its lazy properties, which loads Node's
 * built-in copy of undici: about 40 ms more for each start.
 */
export const { get, STATUS_CODES, validateHeaderValue } = process.getBuiltinModule('node:http')
