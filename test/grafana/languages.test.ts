import { describe, expect, it } from 'vitest'
import { en } from '../../grafana/texts/en.ts'
import { es } from '../../grafana/texts/es.ts'
import { names } from '../../grafana/uids.ts'
import { fileOf } from './dashboards.ts'

/** What is the same word in both languages, or a name, or nothing but what Prometheus answers. */
const SAME = new Set(['columns.id', 'columns.job', 'columns.node', 'variables.job', 'series.age'])

type Text = string | ((argument: never) => string) | { readonly [key: string]: Text }

/** All texts by their path; one that is made from numbers, as it is for some. */
function textsOf(texts: Text, path = ''): (readonly [path: string, text: string])[] {
  if (typeof texts === 'string') return [[path, texts]]
  if (typeof texts === 'function')
    return [
      [path, path.includes('auxShare') ? texts(0.35 as never) : texts({ from: 0.75, to: 0.85 } as never)],
    ]
  return Object.entries(texts).flatMap(([key, text]) => textsOf(text, path === '' ? key : `${path}.${key}`))
}

const spanish = textsOf(es as Text)
const english = new Map(textsOf(en as Text))

describe('the two languages', () => {
  it.each(spanish.filter(([path]) => !SAME.has(path)))('say %s each in its own words', (path, text) => {
    expect(text.trim()).not.toBe('')
    expect(english.get(path)?.trim()).not.toBe('')
    expect(english.get(path)).not.toBe(text)
  })

  it.each([...SAME])('say %s alike, as it is listed', (path) => {
    expect(english.get(path)).toBe(new Map(spanish).get(path))
  })

  it.each(names)('have the same panels of %s, with the same queries', (name) => {
    const essence = (language: 'es' | 'en') =>
      fileOf(name, language).dashboard.panels.map(({ id, type, gridPos, targets }) => ({
        id,
        type,
        gridPos,
        queries: targets.map(({ refId, expr }) => [refId, expr]),
      }))
    expect(essence('es')).toEqual(essence('en'))
  })

  it.each(spanish)('show somebody what they say of %s', (_path, text) => {
    const shown = names.map((name) => JSON.stringify(fileOf(name, 'es').dashboard)).join('')
    expect(shown).toContain(JSON.stringify(text).slice(1, -1))
  })

  it('have every title and description of the Spanish dashboards among their texts', () => {
    const words = spanish.map(([, text]) => text)
    const shown = names.flatMap((name) =>
      fileOf(name, 'es').dashboard.panels.flatMap(({ title, description }) => [title, description]),
    )
    expect(words).toEqual(expect.arrayContaining(shown))
  })
})
