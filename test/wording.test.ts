import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../tools/files.ts'
import { pages } from './support/pages.ts'

/** Words that readers whose first language is not English have to read twice. */
const HARD_WORDS = /\b(?:whoever|whatever|nobody|anew|thereof)\b|\bof (?:its|their) own\b(?! \w)/i

const INLINE_CODE = /`[^`]*`/g

/** A string before a function: the title of a test or of a group of tests. */
const TITLE = /\(\s*(['`])((?:(?!\1).)*)\1,\s*(?:async )?\(/g

const read = (pattern: string) =>
  globSync(pattern, { cwd: ROOT }).map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') }))

const titles = read('test/**/*.test.ts').map(({ path, text }) => ({
  path,
  text: [...text.matchAll(TITLE)].map(([, , title]) => title).join('\n'),
}))

describe.each([
  ['the sources', read('src/**/*.ts')],
  ['the documentation', pages.map(({ path, text }) => ({ path, text: text.replace(INLINE_CODE, '') }))],
  ['the titles of tests', titles],
])('%s', (_of, texts) => {
  it('use no hard words', () => {
    expect(texts.length).toBeGreaterThan(10)
    const lines = texts.flatMap(({ path, text }) => text.split('\n').map((line) => `${path}: ${line.trim()}`))
    expect(lines.filter((line) => HARD_WORDS.test(line))).toEqual([])
  })
})
