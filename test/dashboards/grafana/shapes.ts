import { expect } from 'vitest'
import { MAX_CHARTED_AGENTS } from '../../../grafana/queries/agent-day.ts'
import type { Panel } from '../../../grafana/tools/dashboard-files.ts'
import { tableFrames, transformed } from '../../../grafana/tools/grafana-data.ts'
import type { QuerySeries } from '../../../grafana/tools/grafana-requests.ts'

type Answers = ReadonlyMap<string, readonly QuerySeries[]>

/** How many agents, groups of agents and skills are selected. */
export interface SelectionCounts {
  readonly groups: number
  readonly agents: number
  readonly skills: number
}

/** Fails if a panel of this type cannot show the results. */
type Shape = (panel: Panel, answers: Answers, counts: SelectionCounts) => void | Promise<void>

/** Category and state, as in the mappings of the panels. */
const STATUS = /^(?:ready|talk|ring|acw|aux|logout)\|./

/** The row limit of a table. */
const TOPK = /\btopk\((\d+), /

/** Checks of the results for each type of panel. */
export const shapes: Readonly<Record<string, Shape>> = {
  stat: (_panel, answers) => {
    const values = [...answers.values()].map((series) => series.map(({ values }) => values))
    expect(values).toEqual([[[expect.any(Number)]]])
    expect(values.flat(3).every(Number.isFinite)).toBe(true)
  },

  bargauge: (_panel, answers) => {
    const values = [...answers.values()].flatMap((series) => series.map(({ values }) => values[0]))
    for (const value of values) expect(value).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values.map(Number))).toBeGreaterThan(0)
    // One bar per query, or all bars from one query.
    if (answers.size > 1) expect(values).toHaveLength(answers.size)
  },

  timeseries: (_panel, answers) => {
    for (const { times, values } of [...answers.values()].flat()) {
      expect(times.length).toBeGreaterThan(1)
      expect(values.every(Number.isFinite)).toBe(true)
    }
  },

  'state-timeline': async (panel, answers, { agents }) => {
    const frames = await transformed(panel, tableFrames(answers))
    expect(frames).toHaveLength(1)
    const [moments, ...bands] = frames[0]?.fields ?? []
    expect(moments?.type).toBe('time')
    const times = (moments?.values ?? []) as number[]
    expect(times.length).toBeGreaterThan(1)
    expect(times).toEqual([...new Set(times)].sort((one, other) => one - other))
    expect(bands).toHaveLength(Math.min(agents, MAX_CHARTED_AGENTS))
    for (const { type, values } of bands) {
      expect(type).toBe('string')
      const states = values.filter((value) => value !== null)
      expect(states.length).toBeGreaterThan(1)
      for (const state of states) expect(state).toMatch(STATUS)
    }
  },

  table: async (panel, answers, { agents, groups, skills }) => {
    const frames = await transformed(panel, tableFrames(answers))
    expect(frames).toHaveLength(1)
    const [text = ''] = panel.targets.map(({ expr }) => expr)
    const rowLimit = Number(TOPK.exec(text)?.[1] ?? Number.POSITIVE_INFINITY)
    const agentOrGroupRows = text.includes('operation_group:') ? groups : Math.min(rowLimit, agents)
    const expectedRows = text.includes('wolkvox_skill_') ? skills : agentOrGroupRows
    expect(frames[0]?.length).toBe(text.includes('build_info') ? 1 : expectedRows)
  },
}
