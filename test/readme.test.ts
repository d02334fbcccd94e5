import { describe, expect, it } from 'vitest'
import { capturesOf, commandsIn, headingsIn, linksIn, pageAt } from './support/pages.ts'

const MAX_LINES = 150

const english = pageAt('README.md')
const spanish = pageAt('README.es.md')

const levelsOf = (page: typeof english) => headingsIn(page).map((heading) => heading.indexOf(' '))

/** Links, except those from one language to the other. */
const sharedLinks = (page: typeof english) =>
  linksIn(page)
    .map((link) => link.replace(/-(en|es)\.png$/, '.png'))
    .filter((link) => link !== 'README.md' && link !== 'README.es.md')

describe.each([english, spanish])('$path', (page) => {
  it(`has at most ${MAX_LINES} lines`, () => {
    expect(page.text.trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_LINES)
  })

  it('gives the command of the demo first, then that of the tests', () => {
    expect(commandsIn(page).slice(0, 2)).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
  })
})

describe('both languages of the README', () => {
  it('have the same headings in number and level', () => {
    expect(levelsOf(spanish)).toEqual(levelsOf(english))
  })

  it('have the same commands', () => {
    expect(commandsIn(spanish)).toEqual(commandsIn(english))
  })

  it('have the same links', () => {
    expect(sharedLinks(spanish)).toEqual(sharedLinks(english))
  })

  it('link to each other', () => {
    expect([linksIn(english).includes('README.es.md'), linksIn(spanish).includes('README.md')]).toEqual([
      true,
      true,
    ])
  })

  it('name the same settings and the same code', () => {
    const codeIn = (text: string) => capturesOf(text, /`([^`\n]+)`/g).sort()
    expect(codeIn(spanish.text)).toEqual(codeIn(english.text))
  })
})
