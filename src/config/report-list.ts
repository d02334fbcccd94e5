import { z } from 'zod'
import { reports } from '../reports/index.ts'
import type { ReportParameters } from '../reports/report.ts'
import { type JsonSchema, type RawValue, readSetting, type Setting } from './setting.ts'
import { unknownKeyMessage } from './similar-name.ts'

/** A report to fetch, with the settings that it has in the list. */
export interface RequestedReport {
  readonly name: string
  /** In milliseconds; `undefined` if the interval of the operation applies. */
  readonly refreshInterval: number | undefined
  /** In milliseconds; `undefined` if the setting of the operation applies. */
  readonly staleAfter: number | undefined
  readonly parameters: ReportParameters
}

/** The settings that a report can have in the list, by their names in the settings table. */
export interface ListedSettings {
  readonly common: {
    readonly refreshInterval: Setting<number | undefined>
    readonly staleAfter: Setting<number | undefined>
  }
  /** Those that only some reports have. */
  readonly parameters: Readonly<Record<string, Setting<number | undefined>>>
}

const names = reports.map(({ name }) => name)

// Tokens are longer or contain digits, so an error may repeat a text that matches this pattern.
const MISSPELLED_REPORT = /^[a-z_]{1,24}$/

const NOT_A_REPORT = `must be one of ${names.join(', ')}`

/** Reads a list of reports: separated by commas, as a YAML list, or as a YAML mapping with the settings of each report. */
export function reportList(settings: ListedSettings) {
  const schema = z.custom<RawValue>().transform((raw, context): readonly RequestedReport[] => {
    const addIssue = (message: string, ...path: PropertyKey[]) =>
      context.addIssue({ code: 'custom', message, path })
    const found =
      typeof raw === 'string'
        ? readListText(raw, addIssue)
        : isList(raw)
          ? readNames(raw, addIssue)
          : readMapping(raw, settings, addIssue)
    return context.issues.length > 0 ? z.NEVER : found
  })
  return { schema, json: jsonOf(settings) }
}

type AddIssue = (message: string, ...path: PropertyKey[]) => void

function readListText(text: string, addIssue: AddIssue): RequestedReport[] {
  const listed = text.split(',').map((name) => name.trim())
  const wrong = listed.find((name, index) => !names.includes(name) || listed.indexOf(name) !== index)
  if (wrong !== undefined) {
    const problem = names.includes(wrong) ? 'is listed twice' : 'is not a report'
    const named = MISSPELLED_REPORT.test(wrong) ? `${wrong} ${problem}; ` : ''
    addIssue(`${named}must be a comma-separated list of ${names.join(', ')}, each at most once`)
  }
  return listed.map(withoutSettings)
}

function readNames(list: readonly RawValue[], addIssue: AddIssue): RequestedReport[] {
  list.forEach((name, index) => {
    if (typeof name !== 'string') addIssue('must be the name of a report', index)
    else if (!names.includes(name)) addIssue(NOT_A_REPORT, index)
    else if (list.indexOf(name) !== index) addIssue('is listed twice; remove one', index)
  })
  return list.map((name) => withoutSettings(String(name)))
}

function readMapping(
  mapping: Readonly<Record<string, RawValue>>,
  settings: ListedSettings,
  addIssue: AddIssue,
): RequestedReport[] {
  return Object.entries(mapping).flatMap(([name, keys]) => {
    const report = reports.find((known) => known.name === name)
    if (report === undefined) {
      addIssue(`is not a report; ${NOT_A_REPORT}`, name)
      return []
    }
    if (typeof keys === 'string' || isList(keys)) {
      addIssue('must contain settings of the report; write {} for none', name)
      return []
    }
    const known = { ...settings.common, ...ownSettingsOf(settings, report.ownSettings) }
    const values: Record<string, number> = {}
    for (const [key, raw] of Object.entries(keys)) {
      const [setting, definition] =
        Object.entries(known).find(([, { key: knownKey }]) => knownKey === key) ?? []
      if (setting === undefined || definition === undefined) {
        const knownKeys = Object.values(known).map(({ key: knownKey }) => knownKey)
        addIssue(unknownKeyMessage(key, knownKeys), name, key)
        continue
      }
      if (typeof raw !== 'string') {
        addIssue('must be a single value', name, key)
        continue
      }
      const { data, problems } = readSetting(definition, raw)
      for (const { message } of problems) addIssue(message, name, key)
      if (data !== undefined) values[setting] = data
    }
    const { refreshInterval, staleAfter, ...parameters } = values
    return [{ name, refreshInterval, staleAfter, parameters }]
  })
}

function ownSettingsOf({ parameters }: ListedSettings, ownSettings: readonly string[] = []) {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => ownSettings.includes(name)))
}

const withoutSettings = (name: string): RequestedReport => ({
  name,
  refreshInterval: undefined,
  staleAfter: undefined,
  parameters: {},
})

const isList = (raw: RawValue): raw is readonly RawValue[] => Array.isArray(raw)

function jsonOf(settings: ListedSettings): JsonSchema {
  const keysOf = (ownSettings: readonly string[] | undefined) =>
    Object.fromEntries(
      Object.values({ ...settings.common, ...ownSettingsOf(settings, ownSettings) }).map(
        ({ key, meaning, json }) => [key, { description: meaning, ...json }],
      ),
    )
  const ofReports = reports.map(({ name, ownSettings }) => [
    name,
    { type: 'object', properties: keysOf(ownSettings), additionalProperties: false },
  ])
  return {
    anyOf: [
      { type: 'string', pattern: String.raw`^\s*(${names.join('|')})(\s*,\s*(${names.join('|')}))*\s*$` },
      { type: 'array', items: { enum: names }, minItems: 1, uniqueItems: true },
      {
        type: 'object',
        properties: Object.fromEntries(ofReports),
        additionalProperties: false,
        minProperties: 1,
      },
    ],
  }
}
