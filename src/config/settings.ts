import { z } from 'zod'
import { categories } from '../reports/agents/categories.ts'
import { reports } from '../reports/index.ts'
import { agentIdModes, agentNameModes } from '../reports/report.ts'
import { formatDuration } from '../units.ts'
import { excludedMetrics } from './excluded-metrics.ts'
import { reportList } from './report-list.ts'
import type { Setting, ValueSchema } from './setting.ts'
import { baseUrl, proxyUrl } from './urls.ts'
import {
  durationUpTo,
  listOfTexts,
  oneOf,
  responseSize,
  stateMap,
  textOf,
  timeZone,
  wholeNumber,
} from './value-schemas.ts'

/** The default intervals of all reports, without repeating the most frequent one. */
function defaultIntervals(): string {
  const byInterval = Map.groupBy(reports, ({ defaultIntervalMs }) => defaultIntervalMs)
  const [[usual = 0] = [], ...others] = [...byInterval].sort(
    ([, some], [, more]) => more.length - some.length,
  )
  const exceptions = others.flatMap(([interval, ofInterval]) =>
    ofInterval.map(({ name }) => `, ${formatDuration(interval)} for ${name}`),
  )
  return formatDuration(usual) + exceptions.join('')
}

const define = <T>(setting: Setting<T>): Setting<T> => setting

/** The default, as a text that is read like any other. */
const withDefault = <T, Input>(text: string & Input, { schema, json }: ValueSchema<T, Input>) => ({
  default: text,
  schema: schema.prefault(text),
  json,
})

const path = { schema: z.string().optional(), json: { type: 'string' } } as const

// The totals return to zero each night, so an interval longer than a day would miss whole days.
const interval = durationUpTo(1)

/** Settings of an operation that each of its reports can override. */
const ofEachReport = {
  refreshInterval: define({
    variable: 'WOLKVOX_REFRESH_INTERVAL',
    key: 'refresh_interval',
    default: defaultIntervals(),
    meaning: 'from the start of one fetch to the start of the next; less than 5m logs a warning',
    schema: interval.schema.optional(),
    json: interval.json,
  }),
  staleAfter: define({
    variable: 'WOLKVOX_STALE_AFTER',
    key: 'stale_after',
    default: '3 × interval',
    meaning:
      "if no refresh succeeds for this long, the report's series are removed; at least interval + timeout",
    schema: durationUpTo(7).schema.optional(),
    json: durationUpTo(7).json,
  }),
}

const threshold = wholeNumber(
  /^[1-9]\d{0,3}$/,
  [1, 9999],
  'must be a number of seconds from 1 to 9999, such as 40',
)

/** Settings that only some reports have: those that name them in `ownSettings`. */
const ofOneReport = {
  serviceLevelSeconds: define({
    variable: 'WOLKVOX_SERVICE_LEVEL_SECONDS',
    key: 'service_level_seconds',
    default: 'none',
    meaning: 'further threshold of the service levels in skills, in seconds, in addition to 10, 20 and 30',
    schema: threshold.schema.optional(),
    json: threshold.json,
  }),
}

export const parameterNames = Object.keys(ofOneReport) as readonly (keyof typeof ofOneReport)[]

const listOfReports = reportList({ common: ofEachReport, parameters: ofOneReport })

// Part of a host name: it must not be able to send the token to another host.
const serverCode = /^(?![wW][vV])[A-Za-z0-9](?:[A-Za-z0-9-]{0,57}[A-Za-z0-9])?$/
const fewDigits = /^(?!\d{1,3}$)/

const licenses = wholeNumber(
  /^[1-9]\d{0,5}$/,
  [1, 999_999],
  'must be the number of licences, a whole number from 1 to 999999',
)

const priority = wholeNumber(
  /^(?:0|-?[1-9]\d?|-?100)$/,
  [-100, 100],
  'must be a whole number from -100 to 100',
)

const variableName = textOf(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'must be the name of an environment variable, such as VENTAS_TOKEN',
)

const operationName = textOf(/^[^\p{C}]{1,128}$/u, 'must be 1 to 128 printable characters')

// A shorter one is part of many words: each name that contains it would be refused, and each label rejected.
export const MIN_TOKEN_LENGTH = 6

/** Every setting of an operation. A new setting needs one entry here, and its use in `read-operation.ts`. */
export const settings = {
  server: define({
    variable: 'WOLKVOX_SERVER',
    key: 'server',
    default: 'required',
    meaning: 'server code of the operation, such as 0042',
    schema: z
      .string('missing; set it to the server code of the operation, such as 0042')
      .regex(serverCode, 'must be only the server code, such as 0042: the part of the address after wv')
      // Other programs read an unquoted 0042 in YAML as the octal number 34.
      .regex(
        fewDigits,
        'must have at least four digits, such as 0042; keep the leading zeros, and quote it in YAML',
      ),
    json: { type: 'string', allOf: [{ pattern: serverCode.source }, { pattern: fewDigits.source }] },
  }),
  token: define({
    variable: 'WOLKVOX_TOKEN',
    key: 'token',
    default: 'required',
    meaning: 'the wolkvox token; or WOLKVOX_TOKEN_FILE',
    form: 'token',
    schema: z
      .string('missing; set it to the wolkvox token')
      .regex(/^[\x21-\x7e]+$/, {
        error: 'must be printable ASCII characters without spaces or line breaks; copy the token again',
        abort: true,
      })
      .min(MIN_TOKEN_LENGTH, `is shorter than ${MIN_TOKEN_LENGTH} characters; copy the whole token`),
    json: { type: 'string', pattern: String.raw`^[\x21-\x7e]+$`, minLength: MIN_TOKEN_LENGTH },
  }),
  tokenFile: define({
    variable: 'WOLKVOX_TOKEN_FILE',
    key: 'token_file',
    default: 'none',
    meaning: 'a file that contains the token, instead of WOLKVOX_TOKEN',
    form: 'path',
    ...path,
  }),
  tokenEnv: define({
    key: 'token_env',
    default: 'none',
    meaning: 'an environment variable that contains the token, instead of token or token_file',
    schema: variableName.schema.optional(),
    json: variableName.json,
  }),
  name: define({
    variable: 'WOLKVOX_OPERATION',
    key: 'name',
    default: 'the server code',
    meaning: 'value of the operation label',
    form: 'free text',
    schema: operationName.schema.optional(),
    json: operationName.json,
  }),
  baseUrl: define({
    variable: 'WOLKVOX_BASE_URL',
    key: 'base_url',
    default: 'https://wv{server}.wolkvox.com',
    meaning:
      'address of the API if it is another one, such as a reverse proxy or a simulator; may start with http:',
    schema: baseUrl.schema.optional(),
    json: baseUrl.json,
  }),
  proxyUrl: define({
    variable: 'WOLKVOX_PROXY_URL',
    key: 'proxy_url',
    default: 'HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY',
    meaning:
      'outbound proxy: http://[user:password@]host:port; none ignores the variables of the environment',
    schema: proxyUrl.schema.optional(),
    json: proxyUrl.json,
  }),
  caFile: define({
    variable: 'WOLKVOX_CA_FILE',
    key: 'ca_file',
    default: 'none',
    meaning: 'PEM file of CAs to trust in addition to those of Node, for wolkvox and for an https: proxy',
    form: 'path',
    ...path,
  }),
  licenses: define({
    variable: 'WOLKVOX_LICENSES',
    key: 'licenses',
    default: 'unknown',
    meaning: 'number of licences; the daily limit is 1000 calls for each',
    schema: licenses.schema.optional(),
    json: licenses.json,
  }),
  timeZone: define({
    variable: 'WOLKVOX_TIMEZONE',
    key: 'timezone',
    meaning: "time zone in which the account's day begins",
    ...withDefault('America/Bogota', timeZone),
  }),
  reports: define({
    variable: 'WOLKVOX_REPORTS',
    key: 'reports',
    meaning: `comma-separated list of reports: ${reports.map(({ name }) => name).join(', ')}`,
    isStructured: true,
    ...withDefault('agents', listOfReports),
  }),
  refreshInterval: ofEachReport.refreshInterval,
  timeout: define({
    variable: 'WOLKVOX_TIMEOUT',
    key: 'timeout',
    meaning: 'time limit of one request, from connect to last byte',
    ...withDefault('60s', interval),
  }),
  staleAfter: ofEachReport.staleAfter,
  maxResponseBytes: define({
    variable: 'WOLKVOX_MAX_RESPONSE_BYTES',
    key: 'max_response_bytes',
    meaning: 'size limit of a decoded response; 60,000 records take about 20 MB',
    ...withDefault('64MiB', responseSize),
  }),
  agentName: define({
    variable: 'WOLKVOX_AGENT_NAME',
    key: 'agent_name',
    meaning: 'how agent_name is exposed: plain, hash or omit',
    ...withDefault('plain', oneOf(agentNameModes)),
  }),
  agentId: define({
    variable: 'WOLKVOX_AGENT_ID',
    key: 'agent_id',
    meaning: 'how agent_id is exposed: plain or hash',
    ...withDefault('plain', oneOf(agentIdModes)),
  }),
  hashKeyFile: define({
    variable: 'WOLKVOX_HASH_KEY_FILE',
    key: 'hash_key_file',
    default: 'required for hash',
    meaning: 'a file that contains the key of the pseudonyms, at least 16 bytes',
    form: 'path',
    ...path,
  }),
  groupsFile: define({
    key: 'groups_file',
    default: 'none',
    meaning: 'CSV or YAML file that gives each agent_id labels, such as team and site',
    form: 'path',
    ...path,
  }),
  ...ofOneReport,
  excludedMetrics: define({
    key: 'metrics.exclude',
    default: 'none',
    meaning: 'list of metrics of reports that are neither exposed nor calculated',
    isStructured: true,
    mayBeEmpty: true,
    schema: excludedMetrics.schema.default([]),
    json: excludedMetrics.json,
  }),
  agentsInclude: define({
    key: 'agents.include',
    default: 'all',
    meaning:
      'regular expressions (RE2, any case) over agent_id and agent_name: only agents that match one are read',
    isStructured: true,
    mayBeEmpty: true,
    schema: listOfTexts.schema.default([]),
    json: listOfTexts.json,
  }),
  agentsExclude: define({
    key: 'agents.exclude',
    default: 'none',
    meaning:
      'regular expressions (RE2, any case) over agent_id and agent_name: agents that match one are not read',
    isStructured: true,
    mayBeEmpty: true,
    schema: listOfTexts.schema.default([]),
    json: listOfTexts.json,
  }),
  states: define({
    key: 'states',
    default: 'none',
    meaning: `categories of the operation's own states, by their text: ${categories.join(', ')}`,
    isStructured: true,
    mayBeEmpty: true,
    schema: stateMap.schema.default({}),
    json: stateMap.json,
  }),
  priority: define({
    key: 'priority',
    meaning:
      'when calls wait or become scarce, the same report of an operation with a higher number comes first',
    ...withDefault('0', priority),
  }),
} as const

export type SettingName = keyof typeof settings

/** The values of all settings. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value> ? Value : never
}

export const settingNames = Object.keys(settings) as readonly SettingName[]
