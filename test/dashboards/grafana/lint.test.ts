import { describe, expect, it } from 'vitest'
import { languageNames, languages } from '../../../grafana/dashboards.ts'
import { ANY_GROUP, NAME_AND_ID, SKILL_AND_ID } from '../../../grafana/layout/variables.ts'
import { ofExporter, ofTarget } from '../../../grafana/queries/selection.ts'
import { fileOf, files } from '../../../grafana/tools/dashboard-files.ts'
import { grafana } from '../../../grafana/tools/grafana-data.ts'
import { interpolate, queryVariables } from '../../../grafana/tools/grafana-requests.ts'
import { timeRanges } from '../../../grafana/tools/scenario.ts'
import { agentRowFamilies } from '../../../src/reports/agents/families.ts'
import { reports } from '../../../src/reports/index.ts'
import { skillFamilies } from '../../../src/reports/skills/families.ts'
import { statusFamilies } from '../../../src/telemetry/status-families.ts'
import { selectorsOf } from '../../../tools/promql-selectors.ts'
import { rules } from '../../../tools/rule-files.ts'

// The rules of Grafana's dashboard-linter (https://github.com/grafana/dashboard-linter/tree/main/docs), named in the tests that
// check them, and a few more. Dashboards about operations do not follow template-job-rule, template-instance-rule, target-job-rule
// and target-instance-rule: see BY_TARGET.

const units = new Set(
  grafana.getValueFormats().flatMap(({ submenu }) => submenu?.map(({ value }) => value) ?? []),
)

const DATASOURCE = `\${datasource}`

/** The forecast uses the rate of the last hour, like its alert, in any time range. */
const OWN_RANGE = /rate\(wolkvox_api_requests_total\{[^}]*\}\[1h\]\)/g

/** Dashboards about processes: only these select by job and instance. The others select by operation. */
const BY_TARGET = new Set(['exporter'])

const KNOWN = new Set([
  ...reports.flatMap(({ families }) => families.map(({ name }) => name)),
  ...statusFamilies.map(({ name }) => name),
  ...rules.flatMap(({ record }) => record ?? []),
  'ALERTS',
  'up',
  'scrape_duration_seconds',
  'scrape_samples_post_metric_relabeling',
  'process_start_time_seconds',
  'process_resident_memory_bytes',
  'nodejs_heap_size_used_bytes',
  'wolkvox_exporter_build_info',
])

const COUNTER = /\b\w+_total\b/g

describe.each(files)('$path', ({ name, language, dashboard }) => {
  const { panels, templating, annotations } = dashboard
  const variables = new Map(templating.list.map((variable) => [variable.name, variable]))
  const queries = panels.flatMap((panel) =>
    panel.targets.map((target) => ({ ...target, title: panel.title })),
  )

  it('has one variable for the data source, and uses it everywhere (template-datasource-rule, panel-datasource-rule)', () => {
    const sources = templating.list.filter(({ type }) => type === 'datasource')
    expect(sources.map(({ name, query }) => [name, query])).toEqual([['datasource', 'prometheus']])
    expect(sources[0]?.label).toBe(languages[language].variables.datasource)
    const used = [
      ...panels.map(({ datasource }) => datasource.uid),
      ...queries.map(({ datasource }) => datasource.uid),
      ...annotations.list.map(({ datasource }) => datasource.uid),
      ...templating.list.flatMap(({ datasource }) => datasource?.uid ?? []),
    ]
    expect(new Set(used)).toEqual(new Set([DATASOURCE]))
  })

  it('is not editable (uneditable-dashboard-rule)', () => {
    expect(dashboard.editable).toBe(false)
  })

  it('reloads variables when the time range changes (template-on-time-change-reload-rule)', () => {
    for (const variable of templating.list.filter(({ type }) => type === 'query')) {
      const allValue = variable.name === 'group' ? ANY_GROUP : '.+'
      expect(variable).toMatchObject({ refresh: 2, multi: true, includeAll: true, allValue })
    }
  })

  it.each(queryVariables(dashboard))(
    'gets the values of $name with PromQL (template-label-promql-rule)',
    ({ query }) => {
      const [, expression = ''] = /^(?:label_values|query_result)\((.*?)(?:, \w+)?\)$/.exec(query) ?? []
      expect(selectorsOf(interpolate(expression, timeRanges.today)).length).toBeGreaterThan(0)
    },
  )

  it.each(panels)(
    'gives panel $id a title, a description and a query (panel-title-description-rule, panel-no-targets-rule)',
    (panel) => {
      expect(panel.title).not.toBe('')
      expect(panel.description.length).toBeGreaterThan(panel.title.length)
      expect(panel.targets.length).toBeGreaterThan(0)
    },
  )

  it('states in each description the question that the panel answers', () => {
    for (const { title, description } of panels) {
      expect(description, title).toContain('?')
    }
  })

  it.each(panels)('gives each number of panel $id, $title, a unit of Grafana (panel-units-rule)', (panel) => {
    const { defaults, overrides } = panel.fieldConfig
    const given = overrides.flatMap(({ properties }) =>
      properties.filter(({ id }) => id === 'unit').map(({ value }) => String(value)),
    )
    const all = [...given, ...(defaults.unit === undefined ? [] : [defaults.unit])]
    for (const unit of all) expect(units).toContain(unit)
    // In a table, each column of numbers has a unit.
    const numbers = panel.type === 'table' ? panel.targets.filter(({ refId }) => refId !== 'rows').length : 1
    expect(all.length).toBeGreaterThanOrEqual(numbers)
  })

  it.each(queries)(
    'queries existing metrics with PromQL: $title, $refId (target-promql-rule)',
    ({ expr }) => {
      const expression = interpolate(expr, timeRanges.today)
      const selectors = selectorsOf(expression)
      expect(selectors.length).toBeGreaterThan(0)
      for (const { metric } of selectors) expect(KNOWN).toContain(metric)
    },
  )

  it.each(queries)(
    'uses the rate interval of Grafana: $title, $refId (target-rate-interval-rule)',
    ({ expr }) => {
      for (const [growth] of expr.replace(OWN_RANGE, '').matchAll(/\b(?:i?rate|increase)\(.*?\[.*?\]/g))
        expect(growth).toMatch(
          growth.startsWith('increase') ? /\[\$__(?:rate_interval|range)\]$/ : /\[\$__rate_interval\]$/,
        )
    },
  )

  it.each(queries)(
    'shows counters only as rates or increases: $title, $refId (target-counter-agg-rule)',
    ({ expr }) => {
      const counters = [...expr.matchAll(COUNTER)].map(([counter]) => counter)
      const grown = [...expr.matchAll(/\b(?:rate|increase)\((\w+_total)\b/g)].map(([, counter]) => counter)
      expect(counters).toEqual(grown)
    },
  )

  it.each(queries)(
    'queries only what is chosen at the top: $title, $refId (target-job-rule, target-instance-rule)',
    ({ expr }) => {
      const matchers = BY_TARGET.has(name)
        ? ['job=~"$job", instance=~"$instance"']
        : ['operation=~"$operation"']
      const ofLimits: string[] = []
      for (const [selector] of expr.matchAll(/[\w:]+\{[^}]*\}/g)) {
        // Limits belong to an operation, not to a target.
        if (selector.includes(':wolkvox_limit:')) ofLimits.push(selector)
        else for (const matcher of matchers) expect(selector).toContain(matcher)
      }
      // A limit of all operations of an account: the join selects the accounts of the chosen operations.
      for (const selector of ofLimits.filter((selector) => !selector.includes('operation=~"$operation"')))
        expect(expr).toContain(
          `(${selector}) * on (operation) group_right () max by (operation, account) (wolkvox_operation_info{${ofTarget}} and on (job, instance, account) wolkvox_operation_info{${ofExporter}})`,
        )
      const names = [...expr.matchAll(/\$(?!__)([a-z]\w*)/g)].map(([, variable]) => variable)
      for (const variable of names) expect([...variables.keys()]).toContain(variable)
    },
  )

  it('uses all of its variables', () => {
    const text = JSON.stringify({ panels, annotations, list: templating.list })
    for (const variable of variables.keys()) expect(text).toMatch(new RegExp(`\\$\\{?${variable}\\b`))
  })

  it.each(panels)('has overrides only for existing fields of panel $id, $title', (panel) => {
    const { type, targets, transformations = [], options, fieldConfig } = panel
    const { renameByName = {} } = (transformations.find(({ id }) => id === 'organize')?.options ?? {}) as {
      readonly renameByName?: Readonly<Record<string, string>>
    }
    const [matcher, there] =
      type === 'table'
        ? ['byName', [...Object.values(renameByName), 'agent_id']]
        : ['byFrameRefID', targets.map(({ refId }) => refId)]
    for (const { matcher: found } of fieldConfig.overrides) {
      expect(found.id).toBe(matcher)
      expect(there).toContain(found.options)
    }
    for (const { displayName } of (options.sortBy ?? []) as readonly { readonly displayName: string }[])
      expect(there).toContain(displayName)
  })

  it.each(panels.filter(({ type }) => type === 'timeseries'))(
    'draws no two series of $title that differ only by colour',
    ({ fieldConfig: { defaults, overrides } }) => {
      // Their order distinguishes stacked areas.
      if (defaults.custom?.fillOpacity !== 0)
        return expect(defaults.custom).toMatchObject({ stacking: { mode: 'normal' } })
      const given = overrides.filter(({ properties }) => properties.some(({ id }) => id === 'color'))
      const dashes = given.map(({ properties }) =>
        JSON.stringify(properties.find(({ id }) => id === 'custom.lineStyle')?.value),
      )
      expect(new Set(dashes).size).toBe(dashes.length)
    },
  )

  it('links to the other dashboards and keeps what is chosen', () => {
    const others = files.filter((file) => file.language === language && file.name !== name)
    expect(dashboard.links.map(({ url }) => url)).toEqual(
      others.map(({ dashboard }) => `/d/${dashboard.uid}`),
    )
    for (const link of dashboard.links) expect(link).toMatchObject({ includeVars: true, keepTime: true })
  })

  it('marks alerts and restarts', () => {
    const asked = annotations.list.map(
      ({ expr = '' }) => selectorsOf(interpolate(expr, timeRanges.today))[0]?.metric,
    )
    expect(asked).toEqual(['ALERTS', 'process_start_time_seconds'])
  })
})

describe('the table of agents', () => {
  it.each(languageNames)('queries in %s every field of an agent', (language) => {
    const { panels } = fileOf('operation', language).dashboard
    const queries = panels
      .filter(({ title }) => title === languages[language].panels.agents.title)
      .flatMap(({ targets }) => targets.map(({ expr }) => expr))
    // The table computes the time in state from the start of the state, so that it keeps counting.
    const wanted = agentRowFamilies.filter(({ name }) => name !== 'wolkvox_agent_time_in_state_seconds')
    for (const { name } of wanted) expect(queries.join(' ')).toContain(`${name}{`)
  })
})

describe('the choice of an agent', () => {
  const [, pattern = ''] = /^\/(.*)\/$/.exec(NAME_AND_ID) ?? []

  it.each([
    ['{agent="Cóndor 001 · 1001",agent_id="1001",agent_name="Cóndor 001"} 1 0', 'Cóndor 001 · 1001', '1001'],
    ['{agent="1001",agent_id="1001"} 1 0', '1001', '1001'],
    [
      '{agent="a "quoted" name · x,y",agent_id="x,y",agent_name="a "quoted" name"} 1 0',
      'a "quoted" name · x,y',
      'x,y',
    ],
  ])('reads name and id out of %s', (series, text, value) => {
    expect(new RegExp(pattern).exec(series)?.groups).toEqual({ text, value })
  })
})

describe('the choice of a skill', () => {
  const [, pattern = ''] = /^\/(.*)\/$/.exec(SKILL_AND_ID) ?? []

  it.each([
    ['{skill="Ventas · 101",skill_id="101",skill_name="Ventas"} 1 0', 'Ventas · 101', '101'],
    ['{skill="101 · 101",skill_id="101"} 1 0', '101 · 101', '101'],
  ])('reads name and id out of %s', (series, text, value) => {
    expect(new RegExp(pattern).exec(series)?.groups).toEqual({ text, value })
  })
})

describe('the table of skills', () => {
  it.each(languageNames)('queries in %s every count of a skill', (language) => {
    const { panels } = fileOf('queues', language).dashboard
    const queries = panels
      .filter(({ title }) => title === languages[language].panels.skills.title)
      .flatMap(({ targets }) => targets.map(({ expr }) => expr))
    const counts = skillFamilies.filter(({ name }) => name.endsWith('_calls'))
    expect(counts).toHaveLength(4)
    for (const { name } of counts) expect(queries.join(' ')).toContain(`${name}{`)
  })
})

describe('all dashboards', () => {
  it('have unique uids', () => {
    expect(new Set(files.map(({ dashboard }) => dashboard.uid)).size).toBe(files.length)
  })
})
