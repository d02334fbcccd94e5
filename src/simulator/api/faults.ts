import { recordLimit, type WolkvoxRecord } from '../centre/report.ts'
import { type Answer, jsonAnswer, textAnswer } from './answer.ts'
import { failureAnswer, failureInside200, failures, recordsAnswer } from './envelope.ts'

const html = 'text/html; charset=utf-8'
const page = (title: string) =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body>${title}</body></html>`

/** What no agent can have: fewer calls than none, a time below zero, one that no clock shows, a word for a share. */
const unreadableValues: Partial<WolkvoxRecord> = {
  calls: '-3',
  acw_time: '-00:05:00',
  login_time: '12:99:00',
  ocupation: 'mucha',
}

type Records = readonly WolkvoxRecord[]

const makeUnreadable = (records: Records): Records =>
  records.map((record) => ({ ...record, ...unreadableValues }))

/** The same records over and over, as many as one answer holds. */
function fill(records: Records): Records {
  if (records.length === 0) return records
  const times = Math.ceil(recordLimit / records.length)
  return Array.from({ length: times }, () => records)
    .flat()
    .slice(0, recordLimit)
}

/** The envelope with its records changed, if it holds any. */
function withRecords(body: string, change: (records: Records) => Records): string {
  const { data, ...rest }: { readonly data: Records | null } = JSON.parse(body)
  return JSON.stringify({ ...rest, data: data === null ? null : change(data) })
}

/** What can go wrong at wolkvox: each takes the answer that would have been sent to the one that is sent instead. */
export const faults = {
  maintenance: () => textAnswer(403, html, page('En mantenimiento')),
  quota: () => failureAnswer(failures.tokenLimit),
  invalid_token: () => failureAnswer(failures.invalidToken),
  concurrency: () => failureAnswer(failures.simultaneousRequests),
  bad_request: () => failureAnswer(failures.unknownApi),
  unauthorized: () => failureAnswer(failures.missingToken),
  quota_status200: () => failureInside200(failures.tokenLimit),
  invalid_token_status200: () => failureInside200(failures.invalidToken),
  concurrency_status200: () => failureInside200(failures.simultaneousRequests),
  bad_request_status200: () => failureInside200(failures.unknownApi),
  unauthorized_status200: () => failureInside200(failures.missingToken),
  error500: () => textAnswer(500, html, page('500 Internal Server Error')),
  error502: () => textAnswer(502, html, page('502 Bad Gateway')),
  redirect: () => ({ ...textAnswer(302, html, ''), headers: { location: '/login' } }),
  html: () => textAnswer(200, html, page('wolkvox')),
  empty: (answer) => ({ ...answer, body: '' }),
  not_json: (answer) => ({ ...answer, body: `Warning: mysqli_connect(): ${answer.body}` }),
  no_agents: () => recordsAnswer([]),
  null_data: () => jsonAnswer(200, { code: 200, error: 'null', msg: '0 records were found', data: null }),
  unreadable: (answer) => ({ ...answer, body: withRecords(answer.body, makeUnreadable) }),
  full: (answer) => ({ ...answer, body: withRecords(answer.body, fill) }),
  truncated: (answer) => ({ ...answer, delivery: 'half' }),
  slow: (answer) => ({ ...answer, delivery: 'drip' }),
  hang: (answer) => ({ ...answer, delivery: 'never' }),
  reset: (answer) => ({ ...answer, delivery: 'reset' }),
} as const satisfies Record<string, (answer: Answer) => Answer>

export type FaultName = keyof typeof faults

/** The names of all faults, in the order of the table. */
export const faultNames = Object.keys(faults) as readonly FaultName[]

/** The answer with a fault, or as it was when there is none. */
export function withFault(answer: Answer, fault: FaultName | undefined): Answer {
  return fault === undefined ? answer : faults[fault](answer)
}
