import { describe, expect, it } from 'vitest'
import { type Language, languageNames, languages } from '../../../grafana/dashboards.ts'
import { names } from '../../../grafana/layout/links.ts'
import { readLimits } from '../../../grafana/limits.ts'
import { LONGEST } from '../../../grafana/operation.ts'
import { MAX_CHARTED_AGENTS } from '../../../grafana/queries/agent-day.ts'
import { MOST_SKILLS } from '../../../grafana/queries/skills.ts'
import { occupancyTarget } from '../../../grafana/shared-panels/limits.ts'
import { fileOf } from '../../../grafana/tools/dashboard-files.ts'
import { visibleTexts } from './visible-texts.ts'

/** Texts that are the same in both languages, and names. */
const SAME = [
  'columns.id',
  'groupColumns.acw',
  'skillColumns.skill',
  'variables.job',
  'variables.skill',
  'versions.node',
]

/** Arguments of texts that contain numbers. */
const NUMBERS: Readonly<Record<string, unknown>> = {
  'panels.occupancyNow.description': occupancyTarget,
  'panels.occupancy.title': occupancyTarget,
  'panels.auxShareNow.description': readLimits().auxShare,
  'panels.longest.description': LONGEST,
  'panels.timeline.description': MAX_CHARTED_AGENTS,
  'panels.serviceLevelToday.description': readLimits(),
  'panels.abandonmentNow.description': readLimits().abandonment,
  'panels.waitingOfEach.description': MOST_SKILLS,
  'panels.serviceLevel.title': readLimits(),
  'panels.serviceLevel.description': MOST_SKILLS,
  'panels.abandonment.description': MOST_SKILLS,
}

type Text = string | ((argument: never) => string) | { readonly [key: string]: Text }

/** All texts by their path. */
function textsOf(texts: Text, path = ''): (readonly [path: string, text: string])[] {
  if (typeof texts === 'string') return [[path, texts]]
  if (typeof texts === 'function') {
    if (!(path in NUMBERS)) throw new Error(`no argument for ${path}`)
    return [[path, texts(NUMBERS[path] as never)]]
  }
  return Object.entries(texts).flatMap(([key, text]) => textsOf(text, path === '' ? key : `${path}.${key}`))
}

const [first, ...others] = languageNames.map((name) => ({
  name,
  texts: new Map(textsOf(languages[name] as Text)),
}))

describe.each(others)('$name', ({ texts }) => {
  it.each([...texts].filter(([path]) => !SAME.includes(path)))('translates %s', (path, text) => {
    expect(text.trim()).not.toBe('')
    expect(first?.texts.get(path)?.trim()).not.toBe('')
    expect(text).not.toBe(first?.texts.get(path))
  })

  it.each(SAME)('has the same text for %s as the other language', (path) => {
    expect(texts.get(path)).toBe(first?.texts.get(path))
  })
})

describe.each(languageNames)('the dashboards in %s', (language) => {
  const texts = new Map(textsOf(languages[language] as Text))
  const dashboardTexts = new Set(names.flatMap((name) => visibleTexts(fileOf(name, language).dashboard)))

  it.each([...texts].filter(([path]) => path !== 'language'))('show the text %s', (_path, text) => {
    expect([...dashboardTexts]).toContain(text)
  })

  it('show no other texts', () => {
    const known = new Set(texts.values())
    expect([...dashboardTexts].filter((text) => !known.has(text))).toEqual([])
  })
})

describe.each(others)('the dashboards in $name', ({ name: language }) => {
  it.each(names)('have the same panels and queries on %s as in the other language', (name) => {
    const essence = (of: Language) =>
      fileOf(name, of).dashboard.panels.map(({ id, type, gridPos, targets }) => ({
        id,
        type,
        gridPos,
        queries: targets.map(({ refId, expr }) => [refId, expr]),
      }))
    expect(essence(language)).toEqual(first && essence(first.name))
    expect(essence(language)).not.toEqual([])
  })
})
