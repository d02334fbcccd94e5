import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { settingNames, settings } from '../src/config/settings.ts'
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

const COMMENT = /^\s*(?:\/\/|\/?\*).*$/gm

// What only reads the environment, or prints commands.
const ONLY_VARIABLES = /^src\/(?:build-info\.ts|cli\/|config\/)/

/** `WOLKVOX_TOKEN (token in a file)`: the way in which texts name a setting. */
const bothNames = settingNames.flatMap((name) => {
  const { variable, key } = settings[name]
  const both = new RegExp(`${variable}(?: \\(|, (?:or )?)${key} (?:in a file|en un archivo)`, 'g')
  return variable === undefined ? [] : [{ variable: new RegExp(`${variable}(?![A-Z_])`, 'g'), both }]
})

it('texts of the running exporter and its dashboards name settings by variable and key', () => {
  const texts = [...read('src/**/*.ts'), ...read('grafana/i18n/*.ts')].filter(
    ({ path }) => !ONLY_VARIABLES.test(path.replaceAll('\\', '/')),
  )
  const lines = texts.flatMap(({ path, text }) =>
    text
      .replace(COMMENT, '')
      .split('\n')
      .map((line) => `${path}: ${line.trim()}`),
  )
  const count = (line: string, pattern: RegExp) => line.match(pattern)?.length ?? 0
  expect(lines.some((line) => bothNames.some(({ both }) => count(line, both) > 0))).toBe(true)
  expect(
    lines.filter((line) => bothNames.some(({ variable, both }) => count(line, variable) > count(line, both))),
  ).toEqual([])
})
