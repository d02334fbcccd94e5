import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { WolkvoxFailure } from '../../src/wolkvox/failure.ts'
import { createRedactor } from '../../src/wolkvox/redaction.ts'
import { recordsOf } from '../../src/wolkvox/response.ts'
import { aRecord } from '../../tools/fixtures.ts'
import { documentedRefusals } from '../support/documented-refusals.ts'

const redact = createRedactor(new Secret('test-token'))

function read(body: unknown, status = 200, contentType = ''): readonly unknown[] {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return [...recordsOf({ status, body: bytes, fetchedAt: 0, contentType }, redact).records]
}

function failure(body: unknown, status = 200, contentType = ''): WolkvoxFailure {
  try {
    read(body, status, contentType)
  } catch (error) {
    if (error instanceof WolkvoxFailure) return error
    throw error
  }
  throw new Error('the response was accepted as a report')
}

const reason = (body: unknown, status = 200) => failure(body, status).reason

describe('a response', () => {
  it.each([
    ['a number', 200],
    ['a string', '200'],
    ['a padded string', ' 200 '],
    ['empty', ''],
    ['null', null],
    ['missing', undefined],
  ])('whose code is %s has its records', (_form, code) => {
    expect(read({ code, error: null, msg: '', data: [aRecord()] })).toEqual([aRecord()])
  })

  it('may have "null" as its error', () => {
    expect(read({ code: 200, error: 'null', msg: '1 records were found', data: [1] })).toEqual([1])
  })

  describe.each([
    ['null', { data: null }],
    ['an empty text', { data: '' }],
    ['white space', { data: ' \n' }],
    ['an empty object', { data: {} }],
    ['an empty list', { data: [] }],
  ])('whose data is %s', (_form, data) => {
    it.each([
      ['200', { code: 200 }],
      ['"200"', { code: '200' }],
      ['empty', { code: '' }],
      ['null', { code: null }],
      ['missing', {}],
    ])('has no agents, with a code that is %s', (_code, code) => {
      expect(read({ ...code, error: 'null', msg: '', ...data })).toEqual([])
    })
  })

  it.each([
    ['200', { code: 200 }],
    ['"200"', { code: '200' }],
    ['empty', { code: '' }],
    ['null', { code: null }],
  ])('without data has no agents, with a code that is %s', (_code, code) => {
    expect(read({ ...code, error: null, msg: '' })).toEqual([])
  })

  it('without code and data has no agents if its message says so', () => {
    expect(read({ error: null, msg: '0 records were found' })).toEqual([])
  })

  it('whose data is an object with numbers for keys has its records', () => {
    expect(read({ code: 200, data: { 0: aRecord(), 2: aRecord({ agent_id: '2' }) } })).toEqual([
      aRecord(),
      aRecord({ agent_id: '2' }),
    ])
    expect(read({ code: 200, data: { 7: aRecord() } })).toEqual([aRecord()])
  })

  it('that is an object with numbers for keys is its records', () => {
    expect(read({ 0: aRecord(), 2: 5 })).toEqual([aRecord(), 5])
  })

  it('whose data is one object has one record', () => {
    expect(read({ code: 200, data: aRecord() })).toEqual([aRecord()])
  })

  it('that is a bare list is its records', () => {
    expect(read([aRecord(), aRecord()])).toHaveLength(2)
  })

  it('may begin with a byte order mark', () => {
    expect(read(`\ufeff${JSON.stringify({ code: 200, data: [] })}`)).toEqual([])
  })

  it('of 60,000 records is read; one more is too_large', () => {
    expect(read({ code: 200, data: Array(60_000).fill(1) })).toHaveLength(60_000)
    expect(reason({ code: 200, data: Array(60_001).fill(1) })).toBe('too_large')
  })

  it('of 60,000 records under numbers is read; one more is too_large', () => {
    expect(read({ code: 200, data: { ...Array(60_000).fill(1) } })).toHaveLength(60_000)
    expect(reason({ code: 200, data: { ...Array(60_001).fill(1) } })).toBe('too_large')
  })
})

describe('malformed', () => {
  it.each([
    ['an empty body', ''],
    ['HTML', '<html><body>Mantenimiento</body></html>'],
    ['half a response', JSON.stringify({ code: 200, data: [aRecord()] }).slice(0, 100)],
    ['a text', '"report"'],
    ['a number', '5'],
    ['null', 'null'],
    ['an object that is not an envelope', { agents: [] }],
    ['an empty object', {}],
    ['neither code nor data', { error: null, msg: 'hello' }],
    ['data that is a text', { code: 200, data: 'none' }],
    ['data that is a number', { code: 200, data: 0 }],
    ['a code that is a list', { code: [200], data: [] }],
  ])('is %s', (_form, body) => {
    expect(reason(body)).toBe('malformed')
  })

  it('keeps the JSON error as its cause, without the text that it quotes', () => {
    const { cause } = failure('{"data": test-token}')
    expect(cause).toBeInstanceOf(SyntaxError)
    expect((cause as Error).message).not.toContain('test')
  })
})

describe('the message of malformed', () => {
  const agents = [
    aRecord({ agent_id: '1001', agent_name: 'Juana Peña' }),
    aRecord({ agent_id: '1002', agent_name: 'José Gómez' }),
  ]
  const report = JSON.stringify({ code: 200, error: null, msg: '2 records were found', data: agents })

  it.each([
    [
      'a PHP warning',
      '<br />\n<b>Warning</b>:  mysqli_connect(): Too many connections in <b>/var/www/db.php</b> on line <b>12</b><br />\n',
      'text/html; charset=UTF-8',
      "the response is not JSON: Unexpected token '<' (text/html, # bytes): Warning: mysqli_connect(): Too many connections in /var/www/db.php on line 12",
    ],
    [
      'a login page',
      '<!DOCTYPE html>\n<html lang="es">\n  <head><meta name="viewport" content="x"><title>Iniciar sesión</title>',
      'text/html',
      'the response is not JSON: Unexpected token \'<\' (text/html, # bytes): an HTML page, title "Iniciar sesión"',
    ],
    [
      'a captive portal of any length',
      `<HTML><TITLE>Wi-Fi Hotel Andino</TITLE>${' '.repeat(70_000)}`,
      'text/html',
      'the response is not JSON: it is neither a list nor an object (text/html, # bytes): an HTML page, title "Wi-Fi …"',
    ],
    [
      "another API's JSON",
      '{"message":"Missing Authentication Token"}',
      'application/json',
      'the response is JSON, but not a report of the wolkvox API (application/json, # bytes): a JSON object with message "Missing Authentication Token"',
    ],
    [
      'a text',
      'upstream request timeout',
      '',
      "the response is not JSON: Unexpected token 'u' (no content type, # bytes): upstream request timeout",
    ],
    ['nothing', ' \r\n', 'application/json', 'the response is empty'],
  ])('describes the response: %s', (_what, body, contentType, message) => {
    const expected = message.replace('#', String(Buffer.byteLength(body)))
    expect(failure(body, 200, contentType)).toMatchObject({ reason: 'malformed', message: expected })
  })

  it('quotes the text that follows the JSON', () => {
    const body = `${report}\n<b>Notice</b>: Undefined index: x`
    expect(failure(body, 200, 'text/html').message).toBe(
      `the response is not JSON: more text follows (text/html, ${Buffer.byteLength(body)} bytes): Notice: Undefined index: x`,
    )
  })

  it('stops before the records, wherever a report is truncated', () => {
    const bytes = Buffer.from(report)
    for (let length = 1; length < bytes.length; length += 1) {
      const { reason, message } = failure(bytes.subarray(0, length).toString())
      expect(reason).toBe('malformed')
      expect(message).not.toMatch(/Juana|José|1001|1002|READY/)
    }
    expect(failure(report.slice(0, -5), 200, 'application/json').message).toContain(
      ': a JSON object with code 200, error null, msg "2 records were found", data',
    )
  })

  it.each([
    ['after a PHP warning', `Warning: Undefined variable in x.php on line 3 ${report}`],
    ['in a bare list that is truncated', JSON.stringify(agents).slice(0, -1)],
    ['in an object with numbers for keys that is truncated', JSON.stringify({ ...agents }).slice(0, -1)],
    ['as one object that is truncated', JSON.stringify(agents[0]).slice(0, -1)],
    ['as data that is one truncated object', JSON.stringify({ code: 200, data: agents[0] }).slice(0, -1)],
    ['without their beginning', report.slice(report.indexOf('Juana'))],
    ['within a text', JSON.stringify(report)],
    ['within a text as data', JSON.stringify({ code: 200, data: JSON.stringify(agents) })],
    ['as a list of names that is truncated', '["Juana Peña","José Gómez"'],
    ['as keys', '{"Juana Peña":5,"José Gómez":7}'],
    ['in a JSON object that is not the API', JSON.stringify({ usuario: 'Juana Peña', ok: true })],
    ['as PHP prints them', 'Array\n(\n    [0] => Array ( [agent_id] => 1001 [agent_name] => Juana Peña'],
    ['as PHP dumps them', 'array(1) {\n  ["agent_name"]=>\n  string(10) "Juana Peña"'],
    ['as PHP serialises them', 'a:1:{i:0;a:1:{s:10:"agent_name";s:10:"Juana Peña";}}'],
    ['as CSV', 'agent_id;agent_name\n1001;Juana Peña'],
    ['as XML', '<?xml version="1.0"?><rows><row><agent_id>1001</agent_id><agent_name>Juana Peña'],
    ['as XML of other names', '<rows><row><nombre>Juana Peña</nombre></row></rows>'],
  ])('does not contain agents: %s', (_how, body) => {
    expect(failure(body).reason).toBe('malformed')
    expect(failure(body).message).not.toMatch(/Juana|José|1001|1002/)
  })

  it('never contains the token, in any position or form', () => {
    const forms = [
      'test-token',
      'TEST-TOKEN',
      '%74est%2Dtoken',
      'test%252Dtoken',
      '\\u0074est\\u002dtoken',
      'test&#45;token',
      'test&#x2D;token',
      Buffer.from('test-token').toString('base64'),
      Buffer.from('user:test-token').toString('base64'),
      Buffer.from('u:test-token:x').toString('base64url'),
      'test-toke',
    ]
    const traces = /t-tok|%74est|2dtoken|252d|u0074|&#|dGVzdC|ZXN0LX|VzdC10|c3QtdG|zdC10b/i
    for (const form of forms) {
      for (let before = 0; before < 230; before += 1) {
        expect(failure(`${'<p>'.padEnd(before, '.')}${form}`).message).not.toMatch(traces)
      }
    }
  })

  it('is one line of bounded length', () => {
    const { message } = failure(
      `<p>\n\u0000\u2028\u202e${'b\t'.repeat(100_000)}`,
      200,
      'x/y'.padEnd(500, 'z'),
    )
    expect(message).toMatch(/^[\P{C}]*$/u)
    expect(message.length).toBeLessThan(400)
  })
})

describe('the message of a refusal that is not JSON from wolkvox', () => {
  it.each([
    [
      403,
      '<!DOCTYPE html><title>Attention Required! | Cloudflare</title>',
      'wolkvox responded with HTTP status 403: an HTML page, title "Attention Required! | Cloudflare"',
    ],
    [
      407,
      '<TITLE>Squid: access denied</TITLE>',
      'a proxy responded with HTTP status 407: an HTML page, title "Squid: access denied"',
    ],
    [
      403,
      '{"message":"Forbidden","token":"test-token"}',
      'wolkvox responded with HTTP status 403: a JSON object with message "Forbidden", 1 unknown key',
    ],
    [502, '', 'wolkvox responded with HTTP status 502'],
    [
      500,
      JSON.stringify({ code: 200, msg: '', data: [aRecord()] }),
      'wolkvox responded with HTTP status 500',
    ],
  ])('%d describes the response: %s', (status, body, message) => {
    expect(failure(body, status).message).toBe(message)
  })
})

/** The documented refusals and some others. */
const allRefusals = [
  ...documentedRefusals,
  [403, 'FORBIDDEN', '', 'forbidden'],
  [500, 'ERROR', 'INTERNAL', 'http_error'],
  [404, 'ERROR', 'NOT FOUND', 'not_found'],
  [407, 'ERROR', 'PROXY AUTHENTICATION REQUIRED', 'proxy'],
  [429, 'ERROR', 'TOO MANY REQUESTS', 'rate_limited'],
] as const

describe.each(allRefusals)('a refusal %d %s: %s is %4$s', (code, error, msg, expected) => {
  it('as HTTP status with the same code in the body', () => {
    expect(reason({ code, error, msg }, code)).toBe(expected)
  })

  it('as a number or a string inside an HTTP 200', () => {
    expect(reason({ code, error, msg })).toBe(expected)
    expect(reason({ code: String(code), error, msg, data: '' })).toBe(expected)
  })

  it('as HTTP status with an empty or missing code in the body', () => {
    expect(reason({ code: '', error, msg }, code)).toBe(expected)
    expect(reason({ error, msg }, code)).toBe(expected)
  })

  it('in any letter case of its message', () => {
    expect(reason({ code, error, msg: msg.toLowerCase() })).toBe(expected)
  })
})

describe('a refusal without a code', () => {
  it.each(allRefusals.filter(([code]) => code < 404))('%d %s: %s', (_code, error, msg, expected) => {
    expect(reason({ code: '', error, msg, data: '' })).toBe(expected)
    expect(reason({ error, msg, data: [] })).toBe(expected)
    expect(reason({ error, msg })).toBe(expected)
  })

  it('is known by its message alone', () => {
    expect(reason({ code: '', error: 'null', msg: 'PLEASE VALIDATE TOKEN', data: null })).toBe(
      'invalid_token',
    )
    expect(reason({ msg: 'TOKEN LIMIT EXCEEDED' })).toBe('quota_exceeded')
  })

  it('is ignored if there are records, with any code', () => {
    for (const code of [undefined, '', 200]) {
      const said = { code, error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN', status: 'error', success: false }
      expect(read({ ...said, data: [aRecord()] })).toEqual([aRecord()])
    }
  })
})

describe('a response without records that reports a failure', () => {
  it.each([
    ['an unknown error', { error: 'SERVER ERROR', msg: 'something broke', data: null }, 'http_error'],
    [
      'an error beside an empty code',
      { code: '', error: 'INTERNAL SERVER ERROR', msg: 'x', data: [] },
      'http_error',
    ],
    [
      'an error beside code 200',
      { code: 200, error: 'FORBIDDEN', msg: 'PLEASE VALIDATE TOKEN', data: [] },
      'invalid_token',
    ],
    [
      'an error without data',
      { code: 200, error: 'FORBIDDEN', msg: 'TOKEN LIMIT EXCEEDED' },
      'quota_exceeded',
    ],
    ['an error without known words', { code: 200, error: 'FORBIDDEN', msg: 'x', data: [] }, 'forbidden'],
    ['an error in another case', { code: '200', error: ' too many requests ', data: '' }, 'rate_limited'],
    ['the reason as its error', { code: 200, error: 'TOKEN LIMIT EXCEEDED', data: [] }, 'quota_exceeded'],
    [
      'an error that is an object',
      { code: 200, error: { message: 'PLEASE VALIDATE TOKEN' }, data: [] },
      'invalid_token',
    ],
    ['an error that is true', { code: 200, error: true, data: [] }, 'http_error'],
    [
      'an error that counts no records',
      { code: 200, error: 'SERVER ERROR', msg: '0 records were found', data: [] },
      'http_error',
    ],
    [
      'only a known message',
      { code: 200, error: null, msg: 'PLEASE VALIDATE TOKEN', data: [] },
      'invalid_token',
    ],
    ['a message of code 400', { code: 200, msg: 'SOME PARAMETERS ARE REQUIRED', data: [] }, 'bad_request'],
    ['a message of code 401', { code: 200, msg: 'PLEASE ENTER THE WOLKVOX-TOKEN', data: '' }, 'unauthorized'],
    ['a status of error', { status: 'error', message: 'down', data: [] }, 'http_error'],
    [
      'a status with a known message',
      { status: 'ERROR', message: 'TOKEN LIMIT EXCEEDED', data: [] },
      'quota_exceeded',
    ],
    ['a status of HTTP', { status: 503, message: 'down', data: null }, 'http_error'],
    ['a status of HTTP without data', { code: '', status: '429', message: 'slow down' }, 'rate_limited'],
    ['no success', { success: false, data: '' }, 'http_error'],
    ['no success, as a text', { success: 'false', data: [] }, 'http_error'],
  ])('is a refusal: %s', (_what, body, expected) => {
    expect(reason(body)).toBe(expected)
  })

  it.each([
    ['0 records', { error: 'null', msg: '0 records were found', data: [] }],
    ['no records, with a failed status', { status: 'error', message: 'No records found', data: [] }],
    ['an error in place of a message', { code: 200, error: 'NO RECORDS FOUND', msg: '', data: null }],
    ['NOT FOUND', { code: 200, error: 'NOT FOUND', msg: 'NO RECORDS WERE FOUND', data: '' }],
    ['no error', { code: 200, error: ' NULL ', data: [] }],
    ['an empty error', { code: 200, error: '', data: [] }],
    ['an error that is false', { code: 200, error: false, data: [] }],
    ['an error that is 0', { code: 200, error: 0, data: [] }],
    ['a code of 200 beside another status', { code: 200, status: 'error', data: [] }],
    ['success', { success: true, status: 'ok', data: [] }],
    ['a status of 200', { status: 200, data: [] }],
    ['empty lists beside the data', { code: 200, data: [], warnings: [], meta: {} }],
    ['an object beside the data', { code: 200, data: [], meta: { page: { size: 5 } } }],
  ])('has no records, and is none: %s', (_what, body) => {
    expect(read(body)).toEqual([])
  })

  it.each([
    ['records under another name', { code: 200, data: [], records: [{ agent_id: '1' }] }],
    ['records under numbers', { code: 200, data: null, records: { 0: { agent_id: '1' } } }],
    ['records beside the data', { code: 200, data: '', 0: { agent_id: '1' } }],
    ['a message that counts records', { code: 200, error: 'null', msg: '5 records were found', data: [] }],
    ['a message that counts many records', { code: 200, msg: '1,250 registros encontrados', data: null }],
    ['a message with the number last', { code: 200, msg: 'Records found: 12', data: {} }],
    [
      'the first of two members `data`',
      '{"code":200,"msg":"1 records were found","data":[{"agent_id":"1"}],"data":[]}',
    ],
  ])('is malformed if its records are somewhere else: %s', (_what, body) => {
    expect(reason(body)).toBe('malformed')
  })

  it('is refused if its nested lists are empty', () => {
    const body = { code: 200, error: 'SERVER ERROR', data: [{ by_agent: [], by_pbx: [] }] }
    const response = { status: 200, body: Buffer.from(JSON.stringify(body)), fetchedAt: 0 }
    expect(() => recordsOf(response, redact, { nestedLists: ['by_agent', 'by_pbx'] })).toThrow(
      expect.objectContaining({ reason: 'http_error' }),
    )
  })

  it('has a message with the words of the failure', () => {
    expect(failure({ error: 'SERVER ERROR', msg: 'TRY AGAIN', data: null }).message).toBe(
      'wolkvox responded with error SERVER ERROR: TRY AGAIN',
    )
    expect(failure({ status: 'error', message: 'service unavailable', data: [] }).message).toBe(
      'wolkvox responded with error 500: a JSON object with status "error", message "service unavailable", data',
    )
    expect(failure({ code: 200, msg: '5 records were found', data: [] }).message).toBe(
      'the response has no records, but its message counts some (no content type, 51 bytes): a JSON object with code 200, msg "5 records were found", data',
    )
  })

  it('contains no secret and no name in its message', () => {
    const { message } = failure({ code: 200, error: 'Juana Peña test-token', msg: 'x 3001234567', data: [] })
    expect(message).not.toMatch(/Juana|Peña|test-token|3001234567/)
  })
})

describe('404 whose message says that no records were found', () => {
  const messages = [
    '0 records were found',
    'NO RECORDS WERE FOUND',
    'Records not found',
    'No data found',
    'No se encontraron registros',
  ]

  it.each(messages)('means no agents, in the body or as HTTP status: %s', (msg) => {
    expect(read({ code: 404, error: 'NOT FOUND', msg, data: null }, 404)).toEqual([])
    expect(read({ code: '404', error: 'NOT FOUND', msg }, 200)).toEqual([])
    expect(read({ code: '', msg, data: '' }, 404)).toEqual([])
    expect(read({ msg }, 404)).toEqual([])
  })

  it.each([
    ['another message', { msg: 'THE API WAS NOT FOUND' }],
    ['a message that counts records', { msg: '10 records were found' }],
    ['no message', {}],
    ['HTML', '<html>0 records were found</html>'],
    ['a text', '"0 records were found"'],
  ])('is not %s', (_form, body) => {
    expect(reason(body, 404)).toBe('not_found')
  })

  it('does not override other codes', () => {
    expect(reason({ code: 403, msg: '0 records were found' })).toBe('forbidden')
    expect(reason({ msg: '0 records were found' }, 500)).toBe('http_error')
  })
})

describe('a code in the body', () => {
  it('that is not 200 decides before the HTTP status', () => {
    expect(reason({ code: '403', msg: 'TOKEN LIMIT EXCEEDED' }, 500)).toBe('quota_exceeded')
    expect(reason({ code: 401 }, 403)).toBe('unauthorized')
    expect(reason({ code: 403, msg: 'TOKEN LIMIT EXCEEDED' }, 302)).toBe('quota_exceeded')
  })

  it('of 200 leaves the decision to the HTTP status', () => {
    expect(reason({ code: 200, msg: 'PLEASE VALIDATE TOKEN', data: [] }, 403)).toBe('invalid_token')
    expect(reason({ code: 200, data: [aRecord()] }, 500)).toBe('http_error')
  })

  it.each(['OK', 0, '0', 201, -1, '2oo'])('of %j is unexpected: http_error', (code) => {
    expect(reason({ code, data: [aRecord()] })).toBe('http_error')
  })
})

describe('an HTTP status', () => {
  it.each([
    [301, 'redirect'],
    [302, 'redirect'],
    [303, 'redirect'],
    [304, 'http_error'],
    [307, 'redirect'],
    [308, 'redirect'],
    [400, 'bad_request'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [407, 'proxy'],
    [204, 'http_error'],
    [405, 'http_error'],
    [418, 'http_error'],
    [429, 'rate_limited'],
    [500, 'http_error'],
    [502, 'http_error'],
    [503, 'http_error'],
    [504, 'http_error'],
  ])('%d without a readable body is %s', (status, expected) => {
    expect(reason('', status)).toBe(expected)
    expect(reason('<html>', status)).toBe(expected)
  })
})

describe('the advice of a refusal', () => {
  const adviceOf = (status: number, retryAfter = '') => {
    const response = { status, body: Buffer.from(''), fetchedAt: Date.UTC(2026, 2, 10, 15), retryAfter }
    try {
      recordsOf(response, redact)
    } catch (error) {
      if (error instanceof WolkvoxFailure) return error.advice
      throw error
    }
    throw new Error('the response was accepted as a report')
  }

  it.each([429, 503, 500])('contains the Retry-After of a %d, in both forms', (status) => {
    expect(adviceOf(status, '30').retryAfterMs).toBe(30_000)
    expect(adviceOf(status, 'Tue, 10 Mar 2026 15:00:30 GMT').retryAfterMs).toBe(30_000)
    expect(adviceOf(status).retryAfterMs).toBeUndefined()
  })

  it.each([204, 206, 304, 402, 405, 408, 410, 418, 451, 600, 999])(
    'treats an http_error from HTTP status %d as permanent',
    (status) => {
      expect(adviceOf(status).isPermanent).toBe(true)
    },
  )

  it('treats the refusal of a proxy as permanent', () => {
    expect(adviceOf(407).isPermanent).toBe(true)
  })

  it.each([500, 502, 503, 504, 520, 599])('treats HTTP status %d as temporary', (status) => {
    expect(adviceOf(status).isPermanent).toBe(false)
  })

  it.each(['OK', 0, '0', 201, -1, '2oo', 418])('treats code %j in the body as permanent', (code) => {
    expect(failure({ code, data: [] }).advice.isPermanent).toBe(true)
  })

  it('treats code 500 in the body as temporary', () => {
    expect(failure({ code: '500', data: [] }).advice.isPermanent).toBe(false)
  })
})

describe('the message of a refusal', () => {
  it('contains the message of wolkvox', () => {
    expect(failure({ code: 403, msg: 'PLEASE VALIDATE TOKEN' }).message).toBe(
      'wolkvox responded with code 403: PLEASE VALIDATE TOKEN',
    )
    expect(failure('', 502).message).toBe('wolkvox responded with HTTP status 502')
  })

  it('never contains the token, whole or truncated, from the message or from the code', () => {
    const long = `${'x'.repeat(195)}test-token`
    for (const body of [{ code: 403, msg: 'test-token' }, { code: 403, msg: long }, { code: 'test-token' }]) {
      expect(failure(body).message).not.toContain('test')
    }
  })

  it('is one line of bounded length', () => {
    const { message } = failure({ code: 403, msg: `a\n\u0000\u2028${'b'.repeat(10_000)}` })
    expect(message).toMatch(/^[\P{C}]*$/u)
    expect(message.length).toBeLessThan(300)
  })
})
