import { describe, expect, it } from 'vitest'
import { languageNames, languages } from '../../../grafana/dashboards.ts'
import type { Name } from '../../../grafana/layout/links.ts'
import { readLimits } from '../../../grafana/limits.ts'
import { dataStates } from '../../../grafana/queries/data.ts'
import { categories, level, looks, palette } from '../../../grafana/theme/colors.ts'
import { fileOf, files, type Panel } from '../../../grafana/tools/dashboard-files.ts'
import { configured, grafana } from '../../../grafana/tools/grafana-data.ts'
import { titleOf } from './titles.ts'

// How Grafana's own code shows values.

const { FieldType } = grafana

/** A value as a panel shows it; in a table, under a heading. */
function shownBy(panel: Panel, value: unknown, heading = 'Value') {
  const type = typeof value === 'string' ? FieldType.string : FieldType.number
  const [frame] = configured(panel, [
    { length: 1, fields: [{ name: heading, type, config: {}, values: [value] }] },
  ])
  const field = frame?.fields[0]
  const { text, suffix = '', color } = field?.display?.(field.values[0]) ?? { text: 'nothing' }
  return { text: `${text}${suffix}`, color }
}

// Grafana's value for a transparent colour.
const NONE = '#00000000'

const { occupancyLow, occupancyHigh, auxShare, quota, serviceLevel, abandonment, waiting } = readLimits()
const just = (value: number, less: number) => Math.round((value - less) * 1000) / 1000

describe.each(languageNames)('in %s', (language) => {
  const texts = languages[language]
  const panelOf = (name: Name, key: keyof typeof texts.panels) => {
    const { title } = texts.panels[key]
    const panel = fileOf(name, language).dashboard.panels.find((one) => one.title === title)
    if (panel === undefined) throw new Error(`no panel ${key}`)
    return panel
  }

  it.each([
    ['operation', 'dataState', dataStates.fresh, texts.dataStates.fresh, level.good],
    ['operation', 'dataState', dataStates.failing, texts.dataStates.failing, level.watch],
    ['operation', 'dataState', dataStates.stale, texts.dataStates.stale, level.bad],
    ['exporter', 'reportState', dataStates.stale, texts.dataStates.stale, level.bad],
    ['operation', 'ready', 0, '0', level.bad],
    ['operation', 'ready', 1, '1', level.good],
    ['operation', 'occupancyNow', just(occupancyLow, 0.05), '60%', palette.blue],
    ['operation', 'occupancyNow', just(occupancyLow, -0.05), '70%', level.watch],
    ['operation', 'occupancyNow', 0.8, '80%', level.good],
    ['operation', 'occupancyNow', just(occupancyHigh, 0.02), '88%', level.watch],
    ['operation', 'occupancyNow', just(occupancyHigh, -0.02), '92%', level.bad],
    ['operation', 'auxShareNow', just(auxShare, 0.01), '34%', level.good],
    ['operation', 'auxShareNow', just(auxShare, -0.01), '36%', level.bad],
    ['operation', 'overLimit', 0, '0', level.good],
    ['operation', 'overLimit', 3, '3', level.watch],
    ['queues', 'skillsState', dataStates.stale, texts.dataStates.stale, level.bad],
    ['queues', 'waiting', 0, '0', level.good],
    ['queues', 'waiting', waiting, String(waiting), level.watch],
    ['queues', 'serviceLevelToday', just(serviceLevel, 0.01), '79%', level.bad],
    ['queues', 'serviceLevelToday', serviceLevel, '80%', level.good],
    ['queues', 'belowTarget', 0, '0', level.good],
    ['queues', 'belowTarget', 2, '2', level.watch],
    ['queues', 'abandonmentNow', just(abandonment, 0.01), '9%', level.good],
    ['queues', 'abandonmentNow', just(abandonment, -0.01), '11%', level.bad],
    ['queues', 'ready', 0, '0', level.bad],
    ['operation', 'dataAge', 250, '00:04:10', undefined],
    ['exporter', 'reportAge', 250, '00:04:10', undefined],
    ['exporter', 'reachable', 1, texts.reach.up, level.good],
    ['exporter', 'reachable', 0, texts.reach.down, level.bad],
    ['exporter', 'failures', 0, '0', level.good],
    ['exporter', 'failures', 4.01, '4', level.watch],
    ['exporter', 'quotaUsed', just(quota, 0.01), '89.0%', level.good],
    ['exporter', 'quotaUsed', just(quota, -0.01), '91.0%', level.watch],
    ['exporter', 'quotaForecast', 1.1, '110.0%', level.bad],
  ] as const)('%s, %s: %d is shown as %s', (name, key, value, text, color) => {
    const displayed = shownBy(panelOf(name, key), value)
    expect(displayed.text).toBe(text)
    if (color !== undefined) expect(displayed.color).toBe(color)
  })

  it.each(categories)(
    'shows states of the category %s with sign and colour, in bands and tables',
    (category) => {
      const { sign, background } = looks[category]
      const state = category === 'unknown' ? '' : 'Como lo llame wolkvox'
      const text = `${sign} ${category === 'unknown' ? texts.categories.unknown : state}`
      const status = `${category}|${state}`
      const expected = { text, color: background }
      expect(shownBy(panelOf('agent', 'timeline'), status)).toEqual(expected)
      expect(shownBy(panelOf('operation', 'agents'), status, texts.columns.status)).toEqual(expected)
    },
  )

  it.each(['timeInState', 'limitShare', 'aht', 'occupancy', 'calls', 'login'] as const)(
    'shows an unknown %s as a dash without colour',
    (key) => {
      for (const value of [Number.NaN, null])
        expect(shownBy(panelOf('operation', 'agents'), value, texts.columns[key])).toEqual({
          text: '–',
          color: NONE,
        })
    },
  )

  it.each([
    ['limitShare', 0, '–', undefined],
    ['limitShare', 0.79, '79%', NONE],
    ['limitShare', 0.85, '85%', level.watch],
    ['limitShare', 1.2, '120%', level.bad],
    ['occupancy', just(occupancyLow, 0.05), '60%', palette.blue],
    ['occupancy', 0.8, '80%', NONE],
    ['occupancy', just(occupancyHigh, 0.02), '88%', level.watch],
    ['occupancy', just(occupancyHigh, -0.02), '92%', level.bad],
  ] as const)('in the table of agents, %s: %d is shown as %s', (key, value, text, color) => {
    const displayed = shownBy(panelOf('operation', 'agents'), value, texts.columns[key])
    expect(displayed.text).toBe(text)
    if (color !== undefined) expect(displayed.color).toBe(color)
  })

  it.each([
    ['waiting', waiting - 1, String(waiting - 1), NONE],
    ['waiting', waiting, String(waiting), level.watch],
    ['serviceLevel', 0.62, '62%', undefined],
    ['againstTarget', -0.004, '-0.4%', level.bad],
    ['againstTarget', -0.18, '-18.0%', level.bad],
    ['againstTarget', 0, '0.0%', NONE],
    ['abandonment', just(abandonment, 0.01), '9%', NONE],
    ['abandonment', just(abandonment, -0.01), '11%', level.bad],
    ['answered', 1250, '1250', undefined],
  ] as const)('in the table of skills, %s: %d is shown as %s', (key, value, text, color) => {
    const displayed = shownBy(panelOf('queues', 'skills'), value, texts.skillColumns[key])
    expect(displayed.text).toBe(text)
    if (color !== undefined) expect(displayed.color).toBe(color)
  })

  it.each(['waiting', 'serviceLevel', 'againstTarget', 'abandonment', 'answered', 'inbound'] as const)(
    'shows an unknown %s of a skill as a dash without colour',
    (key) => {
      for (const value of [Number.NaN, null])
        expect(shownBy(panelOf('queues', 'skills'), value, texts.skillColumns[key])).toEqual({
          text: '–',
          color: NONE,
        })
    },
  )

  it('says in the table of skills without data what to set', () => {
    expect(panelOf('queues', 'skills').fieldConfig.defaults.noValue).toBe(texts.noSkills)
    expect(texts.noSkills).toContain('WOLKVOX_REPORTS')
  })
})

/** Units of the panels; all others have none. */
const UNITS: Readonly<Record<string, readonly (keyof (typeof languages)['es']['panels'])[]>> = {
  dthms: [
    'dataAge',
    'nextRefresh',
    'aht',
    'acw',
    'timeSpent',
    'agentAht',
    'agentAcw',
    'agentAux',
    'reportAge',
    'skillsAge',
  ],
  s: ['duration', 'scrape'],
  bytes: ['memory'],
  percentunit: [
    'occupancyNow',
    'auxShareNow',
    'occupancy',
    'aux',
    'agentOccupancy',
    'age',
    'quotaUsed',
    'quotaForecast',
    'quota',
    'serviceLevelToday',
    'worstSkill',
    'abandonmentNow',
    'serviceLevel',
    'abandonment',
  ],
  string: ['timeline'],
}

describe.each(files)('$path', ({ language, dashboard }) => {
  const texts = languages[language].panels
  const unitOf = ({ title }: Panel) =>
    Object.entries(UNITS).find(([, keys]) => keys.some((key) => titleOf(texts[key]) === title))?.[0] ?? 'none'

  it.each(dashboard.panels.filter(({ type }) => type !== 'table'))(
    'has the right unit for $title',
    (panel) => {
      expect(panel.fieldConfig.defaults.unit).toBe(unitOf(panel))
    },
  )

  it.each(dashboard.panels.filter(({ type }) => type === 'stat' || type === 'bargauge'))(
    'shows the returned value of $title',
    ({ options }) => {
      expect(options.reduceOptions).toEqual({ calcs: ['lastNotNull'], values: false, fields: '' })
    },
  )

  it('opens with the current day and refreshes every 30 seconds', () => {
    expect(dashboard).toMatchObject({
      time: { from: 'now/d', to: 'now' },
      refresh: '30s',
      timezone: 'browser',
    })
  })
})

describe('without data', () => {
  const colored = files.flatMap(({ path, dashboard }) =>
    dashboard.panels
      .filter(({ options }) => options.colorMode === 'background_solid')
      .map((panel) => ({ path, panel, title: panel.title })),
  )

  it.each(colored)('$title of $path is not shown as good', ({ panel }) => {
    // Grafana uses the colour below all thresholds.
    const [below] = panel.fieldConfig.defaults.thresholds?.steps ?? []
    expect([level.unknown, level.bad]).toContain(below?.color)
    expect(panel.fieldConfig.defaults.noValue).toMatch(/\w/)
  })
})

describe('colours', () => {
  // https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\da-f]{2}/gi) ?? []).map((part) => {
      const value = Number.parseInt(part, 16) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (one: string, other: string) => {
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((first, second) => first - second)
    return (light + 0.05) / (dark + 0.05)
  }
  /** Grafana's text colour, which depends on the brightness of the background, up to 255. */
  const inkOn = (color: string) => {
    const [red = 0, green = 0, blue = 0] = (color.match(/[\da-f]{2}/gi) ?? []).map((part) =>
      Number.parseInt(part, 16),
    )
    return (red * 299 + green * 587 + blue * 114) / 1000 > 180 ? '#000000' : '#ffffff'
  }

  it.each([
    ...Object.values(looks).map(({ background }) => background),
    ...Object.values(level),
    palette.blue,
  ])('%s is readable as a background', (color) => {
    // https://www.w3.org/TR/WCAG22/#contrast-minimum for large text.
    expect(contrast(color, inkOn(color))).toBeGreaterThanOrEqual(3)
  })

  it('differ between categories', () => {
    for (const key of ['color', 'background', 'sign'] as const)
      expect(new Set(categories.map((category) => looks[category][key])).size).toBe(categories.length)
  })
})
