import { readFileSync } from 'node:fs'

/** The top of the project. */
export const ROOT = new URL('../../', import.meta.url).pathname

/** @param path from the top */
export const readText = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')
