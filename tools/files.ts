import { readFileSync } from 'node:fs'

/** The root folder of the project. */
export const ROOT = new URL('../', import.meta.url).pathname

/** @param path relative to the root folder */
export const readText = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')
