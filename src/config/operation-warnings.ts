import { reportNamed, reports } from '../reports/index.ts'
import { formatDuration } from '../units.ts'
import type { Operation } from './operation.ts'
import { intervalPlace, type RawSettings, type SettingProblem, shortestOf } from './read-operation.ts'
import type { RawValue } from './setting.ts'
import { parameterNames, type SettingName, settings } from './settings.ts'

/** What is odd about a setting, although it is valid. */
export interface SettingWarning extends SettingProblem {
  /** Whether it only says that this operation does not need the setting. */
  readonly isUnused?: boolean
}

// The interval that wolkvox's documentation suggests for the agents report.
const SUGGESTED_INTERVAL_MS = 300_000

/** What is odd about a valid operation. @param nameOf the name of a setting in messages */
export function operationWarnings(
  operation: Operation,
  raw: RawSettings,
  nameOf: (setting: SettingName) => string,
): SettingWarning[] {
  return [
    ...shortIntervalWarnings(operation, raw),
    ...longTimeoutWarnings(operation),
    ...unusedGroupsWarnings(operation),
    ...needlessParameterWarnings(operation, raw),
    ...unusedParameterWarnings(operation, raw, nameOf),
  ]
}

function shortIntervalWarnings({ reports }: Operation, raw: RawSettings): SettingWarning[] {
  const { name, refreshIntervalMs } = shortestOf(reports)
  if (refreshIntervalMs >= SUGGESTED_INTERVAL_MS) return []
  const refreshInterval = keysOf(keysOf(raw.reports)[name])[settings.refreshInterval.key]
  const message = `${formatDuration(refreshIntervalMs)} is shorter than the 5m that wolkvox suggests; every call counts against the daily quota`
  return [{ ...intervalPlace({ name, refreshInterval }), message }]
}

function longTimeoutWarnings(operation: Operation): SettingWarning[] {
  const [timeoutMs, shortest] = [operation.timeoutMs, shortestInterval(operation)]
  if (timeoutMs <= shortest) return []
  const message =
    `${formatDuration(timeoutMs)} is longer than the refresh interval of ${formatDuration(shortest)}; ` +
    'a slow request skips the next refreshes'
  return [{ setting: 'timeout', message }]
}

function unusedGroupsWarnings({ groups, reports }: Operation): SettingWarning[] {
  if (groups === undefined || reports.some(({ name }) => name === 'agents')) return []
  return [{ setting: 'groupsFile', message: 'has no effect without the report agents; add it to reports' }]
}

/** Settings of reports with a value that changes nothing. */
function needlessParameterWarnings({ reports }: Operation, raw: RawSettings): SettingWarning[] {
  return reports.flatMap(({ name, parameters = {} }) =>
    Object.entries(reportNamed(name).needlessValues ?? {}).flatMap(([parameter, values]) => {
      const value = parameters[parameter]
      if (value === undefined || !values.includes(value)) return []
      const setting = parameter as SettingName
      const usual = new Intl.ListFormat('en-GB').format(values.map(String))
      const message = `${value} changes nothing, because wolkvox always sends ${usual}; remove it, or set another value`
      const isListed = keysOf(keysOf(raw.reports)[name])[settings[setting].key] !== undefined
      return [
        isListed ? { setting: 'reports', at: [name, settings[setting].key], message } : { setting, message },
      ]
    }),
  )
}

const keysOf = (raw: RawValue | undefined): Readonly<Record<string, RawValue>> =>
  typeof raw === 'object' && !Array.isArray(raw) ? (raw as Readonly<Record<string, RawValue>>) : {}

/** Settings of reports that the operation does not have. */
function unusedParameterWarnings(
  operation: Operation,
  raw: RawSettings,
  nameOf: (setting: SettingName) => string,
): SettingWarning[] {
  return parameterNames.flatMap((setting) => {
    const owners = reports.filter((report) => report.ownSettings?.includes(setting)).map(({ name }) => name)
    const isUsed = operation.reports.some(({ name }) => owners.includes(name))
    if (raw[setting] === undefined || isUsed) return []
    const message = `has no effect without the report ${owners.join(' or ')}; add it to ${nameOf('reports')}`
    return [{ setting, message, isUnused: true }]
  })
}

const shortestInterval = ({ reports }: Operation) =>
  Math.min(...reports.map(({ refreshIntervalMs }) => refreshIntervalMs))
