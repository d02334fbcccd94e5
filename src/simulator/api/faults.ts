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

/** Invalid values by field: negative counts and times, impossible times, text where a number belongs. */
const unreadableValues: Readonly<Record<string, string>> = {
  calls: '-3',
  acw_time: '-00:05:00',
  login_time: '12:99:00',
  ocupation: 'mucha',
  token_limit: 'muchas',
  token_use_today: '-3',
}

type Records = readonly Readonly<Record<string, string>>[]

const makeUnreadable = (records: Records): Records =>
  records.map((record) =>
    Object.fromEntries(
      Object.entries(record).map(([field, value]) => [field, unreadableValues[field] ?? value]),
    ),
  )

/** Repeats the records up to the record limit. */
function fill(records: Records): Records {
  if (records.length === 0) return records
  const copies = Math.ceil(recordLimit / records.length)
  return Array.from({ length: copies }, () => records)
    .flat()
    .slice(0, recordLimit)
}

/** Changes the records of an envelope; an error envelope has none. */
function changeRecords(body: string, change: (records: Records) => Records): string {
  const { data, ...rest }: { readonly data: Records | null } = JSON.parse(body)
  return JSON.stringify({ ...rest, data: data === null ? null : change(data) })
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
  null_data: () => jsonResponse(200, { code: 200, error: 'null', msg: '0 records were found', data: null }),
  unreadable: (response) => ({ ...response, body: changeRecords(response.body, makeUnreadable) }),
  full: (response) => ({ ...response, body: changeRecords(response.body, fill) }),
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
