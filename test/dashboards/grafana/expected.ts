import type { es } from '../../../grafana/i18n/es.ts'
import type { Name } from '../../../grafana/layout/links.ts'
import type { Records } from '../../../grafana/tools/history.ts'
import { DAY_S, HOUR_S, REFRESH_S, refreshedBefore } from '../../../grafana/tools/scenario.ts'
import type { Category } from '../../../src/reports/agents/categories.ts'
import { limitOfState, limitsOfAll } from '../../../tools/rule-files.ts'

type AgentRecord = NonNullable<ReturnType<Records>>[number]
type Field = Exclude<keyof AgentRecord, 'agent_id' | 'agent_name' | 'agent_status'>

/** The last value of each series of a query, by the labels in its name. */
export type Answer = Readonly<Record<string, number | Between>>

/** Lowest and highest possible value: a rule may be evaluated at any second of a minute. */
export type Between = readonly [least: number, most: number]

/** The values of a panel, by the reference of the query. */
export interface Expectation {
  readonly dashboard: Name
  readonly panel: keyof (typeof es)['panels']
  readonly answers: Readonly<Record<string, Answer>>
}

const MINUTE_S = 60

/** States of the simulated centre; all others are auxiliary. */
const CATEGORIES: Readonly<Record<string, Category>> = {
  TALK: 'talk',
  RING: 'ring',
  ACW: 'acw',
  READY: 'ready',
  Logout: 'logout',
}

const categoryOf = ({ agent_status }: AgentRecord): Category => CATEGORIES[agent_status] ?? 'aux'

/** Reads a count, a time or a percentage; `undefined` if wolkvox sends no value. */
function numberOf(record: AgentRecord, field: Field): number | undefined {
  const text = record[field]
  if (text === '' || text === '-' || text === 'n/a') return undefined
  if (text.includes(':')) return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return text.endsWith('%') ? Number(text.slice(0, -1).replace(',', '')) / 100 : Number(text)
}

const sum = (values: readonly number[]) => values.reduce((one, other) => one + other, 0)

/**
 * What the panels of the operation and agent dashboards must show at a moment, computed from the records of wolkvox with plain
 * sums, as a supervisor would check them by hand.
 *
 * @param operations chosen operations
 * @param agentId chosen agent of each operation on the agent dashboard
 */
export function expectedOf(
  records: Records,
  operations: readonly string[],
  agentId: string,
  now: number,
): readonly Expectation[] {
  const recordsAt = (operation: string, at: number) => records(operation, refreshedBefore(at)) ?? []
  const everybody = (at = now) => operations.flatMap((operation) => recordsAt(operation, at))
  const count = (matches: (record: AgentRecord) => boolean, records: readonly AgentRecord[] = everybody()) =>
    records.filter(matches).length
  const isIn =
    (...categories: readonly Category[]) =>
    (record: AgentRecord) =>
      categories.includes(categoryOf(record))
  const isThere = (record: AgentRecord) => !isIn('logout')(record)

  /** Growth of fields between two moments, summed over the agents, each from its first known value. */
  const growth = (fields: readonly Field[], from: number, until: number, whose = (_: AgentRecord) => true) =>
    sum(
      operations.flatMap((operation) =>
        recordsAt(operation, until)
          .filter(whose)
          .flatMap((record) => {
            const known: number[][] = []
            for (let at = refreshedBefore(from); at <= until; at += REFRESH_S) {
              const then = recordsAt(operation, at).find(({ agent_id }) => agent_id === record.agent_id)
              const values = then === undefined ? [] : fields.map((field) => numberOf(then, field))
              if (values.length > 0 && values.every((value) => value !== undefined)) known.push(values)
            }
            return known.length === 0 ? [] : [sum(known.at(-1) ?? []) - sum(known[0] ?? [])]
          }),
      ),
    )
  // Scrapes come half a minute after the full minutes.
  const lastHour = (fields: readonly Field[], at: number) => growth(fields, at - HOUR_S + MINUTE_S / 2, at)
  const handling: readonly Field[] = ['inbound_time', 'outbound_time', 'acw_time']
  const aht = (at: number) => lastHour(handling, at) / lastHour(['calls'], at)
  const acw = (at: number) => lastHour(['acw_time'], at) / lastHour(['calls'], at)
  const auxShare = (at: number) => count(isIn('aux'), everybody(at)) / count(isThere, everybody(at))
  const againstThePast = (measure: (at: number) => number) => ({
    A: { '': measure(now) },
    B: { '': measure(now - DAY_S) },
    C: { '': measure(now - 7 * DAY_S) },
  })

  const occupancy = (of: readonly string[]): Between => {
    const until = (end: number, length: number) => {
      const minutes = Array.from({ length }, (_, index) => end - index * MINUTE_S)
      const inAll = (...categories: readonly Category[]) =>
        sum(
          minutes.flatMap((at) =>
            of.map((operation) => count(isIn(...categories), recordsAt(operation, at))),
          ),
        )
      return inAll('talk', 'ring', 'acw') / inAll('talk', 'ring', 'acw', 'ready')
    }
    // Prometheus 2 includes the sample at the start of the half hour, Prometheus 3 does not.
    const ends = [now, now - MINUTE_S, now - 2 * MINUTE_S]
    const ratios = ends.flatMap((end) => [until(end, 30), until(end, 31)])
    return [Math.min(...ratios), Math.max(...ratios)]
  }
  const isOver = (record: AgentRecord) => {
    const category = categoryOf(record)
    const limit = category === 'aux' ? limitOfState(record.agent_status) : limitsOfAll[`${category}_seconds`]
    return limit !== undefined && Number(record.time_state_now) > limit
  }
  const each = <T>(of: (operation: string) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(operations.map((operation) => [operation, of(operation)]))
  const limit = (name: string) => each(() => limitsOfAll[name] ?? Number.NaN)
  const inCategories = (categories: readonly Category[]) =>
    Object.fromEntries(categories.map((category) => [category, { '': count(isIn(category)) }]))
  const ready = Object.entries(each((operation) => count(isIn('ready'), recordsAt(operation, now))))
  const least = Math.min(...ready.map(([, count]) => count))
  const fewest = ready.filter(([, count]) => count === least)
  const states = everybody().filter(isIn('aux'))
  const calls = (whose?: (record: AgentRecord) => boolean) =>
    Object.fromEntries(
      (['inbound', 'outbound', 'internal'] as const).map((field) => [
        field,
        { '': growth([field], now - HOUR_S / 2 - MINUTE_S / 2, now, whose) },
      ]),
    )
  const isChosen = ({ agent_id }: AgentRecord) => agent_id === agentId
  const median = (measure: (record: AgentRecord) => number | undefined): Answer =>
    each((operation) => {
      const values = recordsAt(operation, now).flatMap((record) => measure(record) ?? [])
      const sorted = values.toSorted((one, other) => one - other)
      const middle = (sorted.length - 1) / 2
      return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
    })
  const orNothing = (value: number | undefined) => (value === 0 ? undefined : value)
  const acwPerCall = (record: AgentRecord) => {
    const [time, number] = [numberOf(record, 'acw_time'), orNothing(numberOf(record, 'calls'))]
    return time === undefined || number === undefined ? undefined : time / number
  }
  const total = (field: Field): Answer => ({
    '': sum(
      everybody()
        .filter(isChosen)
        .map((record) => numberOf(record, field) ?? 0),
    ),
  })
  const ofEach = (measure: (record: AgentRecord) => number | undefined): Answer =>
    Object.fromEntries(
      operations.flatMap((operation) =>
        recordsAt(operation, now)
          .filter(isChosen)
          .flatMap((record) => {
            const value = measure(record)
            const key = `${record.agent_name} · ${record.agent_id} · ${operation}`
            return value === undefined ? [] : [[key, value] as const]
          }),
      ),
    )

  const age = now - refreshedBefore(now)

  const on =
    (dashboard: Name) =>
    (panel: Expectation['panel'], answers: Expectation['answers']): Expectation => ({
      dashboard,
      panel,
      answers,
    })
  const [operation, agent] = [on('operation'), on('agent')]
  return [
    operation('dataState', { A: { '': 0 } }),
    operation('nextRefresh', { A: { '': REFRESH_S - age } }),
    operation('loggedIn', { A: { '': count(isThere) } }),
    // Of equal operations, Prometheus may choose any.
    ...(fewest.length === 1 ? [operation('ready', { A: Object.fromEntries(fewest) })] : []),
    operation('occupancyNow', { A: { '': occupancy(operations) } }),
    operation('auxShareNow', { A: { '': auxShare(now) } }),
    operation('overLimit', { A: { '': count(isOver) } }),
    operation('byCategory', inCategories(['talk', 'ring', 'acw', 'ready', 'aux', 'logout', 'unknown'])),
    operation('throughDay', inCategories(['talk', 'ring', 'acw', 'ready', 'aux'])),
    operation('occupancy', { A: each((one) => occupancy([one])), B: limit('occupancy_high_ratio') }),
    operation('aht', againstThePast(aht)),
    operation('acw', againstThePast(acw)),
    operation('aux', { ...againstThePast(auxShare), D: limit('aux_ratio') }),
    operation('calls', calls()),
    operation('auxStates', {
      A: Object.fromEntries(
        states.map(({ agent_status }) => [agent_status, count((one) => one.agent_status === agent_status)]),
      ),
    }),
    agent('timeSpent', {
      A: total('inbound_time'),
      B: total('outbound_time'),
      C: total('acw_time'),
      D: total('ready_time'),
      E: total('ring_time'),
      F: total('aux_time'),
    }),
    agent('agentAht', {
      A: ofEach((record) => orNothing(numberOf(record, 'aht_time'))),
      B: median((record) => orNothing(numberOf(record, 'aht_time'))),
    }),
    agent('agentAcw', { A: ofEach(acwPerCall), B: median(acwPerCall) }),
    agent('agentOccupancy', {
      A: ofEach((record) => numberOf(record, 'ocupation')),
      B: median((record) => numberOf(record, 'ocupation')),
    }),
    agent('agentCalls', calls(isChosen)),
  ]
}
