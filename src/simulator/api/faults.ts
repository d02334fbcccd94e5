import { recordLimit } from '../centre/report.ts'
import {
  apiErrors,
  errorResponse,
  errorResponseWithStatus200,
  jsonResponse,
  recordsResponse,
  type SimulatedResponse,
  textResponse,
} from './responses.ts'

const html = 'text/html; charset=utf-8'
const htmlPage = (title: string) =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body>${title}</body></html>`

/** Invalid values by field: negative counts and times, impossible times, text where a number or a list belongs. */
const unreadableValues: Readonly<Record<string, string>> = {
  calls: '-3',
  acw_time: '-00:05:00',
  login_time: '12:99:00',
  ocupation: 'mucha',
  calls_in_queue_now: 'varias',
  stat_answer: '-3',
  service_level_20seg: 'bueno',
  clean: 'casi todos',
  dial: '-3',
  penetration_day: 'mucha',
  latency_ms: 'alta',
  rx_ploss: 'poca',
  network_rejection: '-1%',
  last_date: '2026-99-99 00:00:00',
  active_chats: 'varios',
  active_interactions: 'varias',
  token_limit: 'muchas',
  token_use_today: '-3',
}

/** New names of fields, at least one for each report, as after a change by wolkvox. */
const renamedFields: Readonly<Record<string, string>> = {
  inbound: 'inbound_calls',
  stat_answer: 'stat_answered',
  dial: 'dialed',
  latency_ms: 'latency',
  active_chats: 'chats',
  active_interactions: 'interactions',
  token_use_today: 'token_used_today',
}

type Records = readonly Readonly<Record<string, unknown>>[]

const mapRecords = (change: (field: string, value: unknown) => readonly [string, unknown]) => {
  return (records: Records): Records =>
    records.map((record) =>
      Object.fromEntries(Object.entries(record).map(([field, value]) => change(field, value))),
    )
}

const makeUnreadable = mapRecords((field, value) => [field, unreadableValues[field] ?? value])

const renameFields = mapRecords((field, value) => [renamedFields[field] ?? field, value])

/** Repeats the records up to the record limit. */
function fill(records: Records): Records {
  if (records.length === 0) return records
  const copies = Math.ceil(recordLimit / records.length)
  return Array.from({ length: copies }, () => records)
    .flat()
    .slice(0, recordLimit)
}

/** A record that only contains lists of records, as in the report of latency. */
const isNested = (record: Records[number]): record is Readonly<Record<string, Records>> =>
  Object.values(record).length > 0 && Object.values(record).every(Array.isArray)

/** Applies `change` to the records of an envelope, or to each nested list. An error envelope has no records. */
function changeRecords(
  response: SimulatedResponse,
  change: (records: Records) => Records,
): SimulatedResponse {
  const { data, ...rest }: { readonly data: Records | null } = JSON.parse(response.body)
  if (data === null) return response
  const changed = data.some(isNested)
    ? data.map((lists) =>
        Object.fromEntries(
          Object.entries(lists).map(([name, records]) => [name, change(records as Records)]),
        ),
      )
    : change(data)
  return { ...response, body: JSON.stringify({ ...rest, data: changed }) }
}

/** The records without an envelope, as in wolkvox's documentation of the campaigns. */
function withoutEnvelope(response: SimulatedResponse): SimulatedResponse {
  const { data }: { readonly data: Records | null } = JSON.parse(response.body)
  return data === null ? response : { ...response, body: JSON.stringify(data) }
}

/** The faults of wolkvox that the simulator can reproduce. Each turns the normal response into a faulty one. */
export const faults = {
  maintenance: () => textResponse(403, html, htmlPage('En mantenimiento')),
  quota: () => errorResponse(apiErrors.tokenLimit),
  invalid_token: () => errorResponse(apiErrors.invalidToken),
  concurrency: () => errorResponse(apiErrors.simultaneousRequests),
  bad_request: () => errorResponse(apiErrors.unknownApi),
  unauthorized: () => errorResponse(apiErrors.missingToken),
  quota_status200: () => errorResponseWithStatus200(apiErrors.tokenLimit),
  invalid_token_status200: () => errorResponseWithStatus200(apiErrors.invalidToken),
  concurrency_status200: () => errorResponseWithStatus200(apiErrors.simultaneousRequests),
  bad_request_status200: () => errorResponseWithStatus200(apiErrors.unknownApi),
  unauthorized_status200: () => errorResponseWithStatus200(apiErrors.missingToken),
  error500: () => textResponse(500, html, htmlPage('500 Internal Server Error')),
  error502: () => textResponse(502, html, htmlPage('502 Bad Gateway')),
  redirect: () => ({ ...textResponse(302, html, ''), headers: { location: '/login' } }),
  html: () => textResponse(200, html, htmlPage('wolkvox')),
  empty: (response) => ({ ...response, body: '' }),
  not_json: (response) => ({ ...response, body: `Warning: mysqli_connect(): ${response.body}` }),
  no_agents: () => recordsResponse([]),
  empty_lists: (response) => changeRecords(response, () => []),
  null_data: () => jsonResponse(200, { code: 200, error: 'null', msg: '0 records were found', data: null }),
  unreadable: (response) => changeRecords(response, makeUnreadable),
  full: (response) => changeRecords(response, fill),
  renamed_field: (response) => changeRecords(response, renameFields),
  bare_array: withoutEnvelope,
  cut_json: (response) => ({ ...response, body: response.body.slice(0, response.body.length / 2) }),
  truncated: (response) => ({ ...response, delivery: 'half' }),
  slow: (response) => ({ ...response, delivery: 'drip' }),
  hang: (response) => ({ ...response, delivery: 'never' }),
  reset: (response) => ({ ...response, delivery: 'reset' }),
} as const satisfies Record<string, (response: SimulatedResponse) => SimulatedResponse>

export type FaultName = keyof typeof faults

/** The names of all faults, in the order of the table. */
export const faultNames = Object.keys(faults) as readonly FaultName[]

export const isFaultName = (name: string): name is FaultName => faultNames.some((known) => known === name)

/** Applies a fault to a response; without a fault, returns the response unchanged. */
export function applyFault(response: SimulatedResponse, fault: FaultName | undefined): SimulatedResponse {
  return fault === undefined ? response : faults[fault](response)
}
