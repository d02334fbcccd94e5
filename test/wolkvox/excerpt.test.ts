import { describe, expect, it } from 'vitest'
import { excerptOf, quote } from '../../src/wolkvox/excerpt.ts'
import { onlyKnownWords } from '../../src/wolkvox/known-words.ts'
import fc from '../support/fast-check.ts'

const excerpt = (text: string) => excerptOf(Buffer.from(text), (said) => said)

const PERSON = /Juana|Peña|3001234567|300 123|@example/

describe('an excerpt', () => {
  it.each([
    [
      'a PHP warning of a page',
      '<br />\n<b>Warning</b>:  mysqli_connect(): (HY000/1040): Too many connections in <b>/var/www/db.php</b> on line <b>12</b><br />',
      'Warning: mysqli_connect(): (…): Too many connections in /var/www/db.php on line 12',
    ],
    [
      'a PHP warning of a log',
      'PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 bytes) in /srv/api/real_time.php on line 7\n',
      'PHP Fatal error: Allowed memory size of … bytes exhausted (…) in /srv/api/real_time.php on line 7',
    ],
    [
      'a PHP error on Windows',
      'Notice: Undefined index: calls in C:\\inetpub\\api.php on line 3',
      'Notice: Undefined index: calls in C:\\inetpub\\api.php on line 3',
    ],
    [
      'a PHP error that ends a report',
      '{"code":200,"data":[{"agent_name":"Juana Peña"},\n<br />\n<b>Fatal error</b>:  Maximum execution time of 30 seconds exceeded in <b>/a.php</b> on line <b>1</b>',
      'Fatal error: Maximum execution time of 30 seconds exceeded in /a.php on line 1',
    ],
    [
      'an uncaught exception',
      'Fatal error: Uncaught PDOException: SQLSTATE[42S02]: no agent Juana Peña in /var/www/x.php:12',
      'Fatal error: Uncaught PDOException in /var/www/x.php on line 12',
    ],
    [
      'a PHP error with a telephone number as its line',
      '<b>Warning</b>: Undefined index: calls in <b>/a.php</b> on line <b>3001234</b>',
      'Warning: Undefined index: calls in /a.php on line …',
    ],
    [
      'a PHP error in a long file',
      'Notice: Undefined index: calls in /a.php on line 12345',
      'Notice: Undefined index: calls in /a.php on line 12345',
    ],
    [
      'a login page',
      '<!DOCTYPE html>\n<html lang="es"><head><title>\n Iniciar sesión </title></head><body><h1 class="x">Hola <b>de nuevo</b></h1>',
      'an HTML page, title "Iniciar sesión", heading "Hola de nuevo"',
    ],
    ['a truncated page', '<!DOCTYPE html><html><head><tit', 'an HTML page without title'],
    [
      'a captive portal',
      '<html><meta http-equiv=refresh content="0; url=https://portal.example/login?phone=3001234567">',
      'an HTML page, refresh to https://portal.…',
    ],
    [
      'XHTML',
      '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C">\n<html><title>Error</title>',
      'an HTML page, title "Error"',
    ],
    [
      'XML',
      '<?xml version="1.0"?>\n<!-- made by x -->\n<rows><row><title>Juana Peña</title>',
      'XML, root element rows',
    ],
    ['SOAP', '<soap:Envelope xmlns:soap="x"><soap:Fault>', 'XML, root element soap:Envelope'],
    ['a comment of a web cache', '<!-- Served in 0.02 s -->', 'an HTML comment'],
    [
      'an error of another API',
      '{"error":{"code":401,"message":"Invalid credentials","errors":[]},"ok":false}',
      'a JSON object with error {code 401, message "Invalid credentials", errors}, ok',
    ],
    [
      'an error with an id',
      '{"message":"Forbidden","requestId":"3001234567","Juana":1}',
      'a JSON object with message "Forbidden", requestId, 1 unknown key',
    ],
    [
      'a JSON object that was cut off',
      '{"status":"fail","data":{"name":"Juana',
      'a JSON object with status "fail", data',
    ],
    [
      'many keys',
      JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 1]))),
      'a JSON object with 20 unknown keys',
    ],
    ['a JSON list', '[{"name":"Juana Peña"}', 'a JSON list'],
    ['a JSON text', '"Juana Peña"', 'a JSON text'],
    ['JSON of JavaScript', "{code: 200, name: 'Juana Peña'}", 'a JSON object'],
    ['a line of a gateway', 'upstream request timeout\n', 'upstream request timeout'],
    [
      'a message with an apostrophe',
      "Sorry, the server can't answer now.\nTry later.",
      "Sorry, the server can't answer now.",
    ],
    ['a callback', 'callback({"name":"Juana Peña"})', 'callback…'],
    ['nothing', ' \0\r\n', ''],
  ])('describes the response: %s', (_what, text, expected) => {
    expect(excerpt(text)).toBe(expected)
  })

  it.each([
    [
      'in the argument of a PHP function',
      '<b>Warning</b>:  strtotime(Juana Peña, 3001234567): failed in <b>/a.php</b> on line <b>1</b>',
    ],
    [
      'in quotes within quotes',
      `Warning: mysqli_query(): Duplicate entry 'Juana "O'Peña" 3001234567' for key in /a.php on line 1`,
    ],
    ['in quotes that do not end', "PHP Warning:  mysqli_connect(): Access denied for user 'Juana Peña"],
    ['in HTML quotes', 'Warning: mysqli_connect(): Access denied for user &#039;Juana&#039;'],
    [
      'in an error that a script raises',
      'Warning: Agent Juana Peña has no phone 300 123 45 67 in /a.php on line 2',
    ],
    ['in a file name', 'Warning: include(/srv/Juana/x.php): failed to open stream in /a.php on line 2'],
    ['as the values of JSON', '{"usuario":"Juana Peña","telefono":3001234567,"mail":"a@example.com"}'],
    ['as the keys of JSON', '{"Juana Peña":1,"Juana":2,"3001234567":3,"tel3001234567":4,"JUANA PEÑA":5}'],
    ['in JSON within the message', '{"message":"{\\"name\\":\\"Juana Peña\\"}"}'],
    ['as a phone number in a message', '{"message":"no agent has 3001234567 or 300 123 45 67"}'],
    ['as a phone number in a title', '<title>Call from +57 300 123 45 67</title>'],
    ['in nested telling keys', '{"error":{"status":{"message":{"message":"Juana Peña"}}}}'],
    ['in a long message', JSON.stringify({ message: `Juana Peña ${'x'.repeat(200)}` })],
    ['in the message of a chat', '{"from":"customer","message":"Juana Peña","date":"2026-03-10 09:30:00"}'],
    ['in the status of a record', '{"status":"Juana Peña","campaign":"32841 - Cobranzas"}'],
    ['in XML of one element', '<Agent name="Juana Peña" phone="3001234567"/>'],
    ['in an HTML table', '<table><tr><td>Juana Peña</td><td>3001234567</td></tr></table>'],
    ['in CSV with a header', 'id;nombre;telefono\n1;Juana Peña;3001234567'],
    ['in CSV without a header', 'Juana Peña,3001234567,READY\n'],
    ['in CSV with tabs', 'Juana Peña\t3001234567\tREADY\n'],
    ['on the second line', 'Report\nJuana Peña 3001234567'],
    ['in the middle of JSON', 'uana Juana Peña","agent_status":"READY"}'],
    ['in the middle of Python', "Juana Peña', 'agent_status': 'READY'}"],
    ['in YAML', '- nombre: Juana Peña\n  telefono: 3001234567'],
    ['as the phone number of a line', '3001234567 is busy'],
    ['in escaped JSON', '{&quot;name&quot;:&quot;Juana Peña&quot;}'],
  ])('quotes no person: %s', (_where, text) => {
    expect(excerpt(text)).not.toMatch(PERSON)
  })

  it('quotes no person wherever a response begins or ends', () => {
    const record = { id: 1, nombre: 'Juana Peña', telefono: '3001234567', correo: 'a@example.com' }
    const whole = JSON.stringify({ code: 200, msg: '', data: [record, record], next: record })
    for (let length = 1; length <= whole.length; length += 1) {
      expect(excerpt(whole.slice(0, length))).not.toMatch(PERSON)
    }
  })

  it('is always one short line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 600 }),
        fc.constantFrom('', '<title>', '{"msg":"', 'Warning: f(): '),
        (text, start) => {
          const said = excerpt(start + text)
          expect(said).toMatch(/^\P{C}*$/u)
          expect(said.length).toBeLessThanOrEqual(201)
        },
      ),
    )
  })

  it.each([
    '<',
    '<title',
    '<title>',
    '<h1',
    '<h1>',
    '<meta ',
    '<!--',
    '<?x ',
    '\n',
    '\n<br />',
    '\nWarning: ',
    '{"',
    '{"a":',
    '{"error":',
    '1 ',
    ' (',
    "'",
    '\\u',
    '&#',
    'name',
  ])('takes time that grows with the text: %j', (unit) => {
    const fastest = (length: number) => {
      const text = unit.repeat(Math.ceil(length / unit.length))
      const times = [1, 2, 3].map(() => {
        const startedAt = performance.now()
        excerpt(text)
        return performance.now() - startedAt
      })
      return Math.min(...times)
    }
    expect(fastest(2 ** 14)).toBeLessThan(100 * fastest(2 ** 10) + 20)
  })
})

describe('the texts of those who answer instead of wolkvox', () => {
  it.each([
    [
      '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx/1.24.0</center>',
      'an HTML page, title "502 Bad Gateway", heading "502 Bad Gateway"',
    ],
    [
      '<html><title>503 Service Temporarily Unavailable</title>',
      'an HTML page, title "503 Service Temporarily Unavailable"',
    ],
    [
      '<TITLE>ERROR: The requested URL could not be retrieved</TITLE>',
      'an HTML page, title "ERROR: The requested URL could not be …"',
    ],
    ['<title>Just a moment...</title>', 'an HTML page, title "Just a moment..."'],
    [
      '<title>Acceso denegado</title><h1>Página bloqueada por la política de la empresa</h1>',
      'an HTML page, title "Acceso denegado", heading "Página bloqueada por la … de la …"',
    ],
    ['<title>Sistema en mantenimiento</title>', 'an HTML page, title "Sistema en mantenimiento"'],
    ['<title>FortiGate Application Control</title>', 'an HTML page, title "FortiGate Application Control"'],
    ['no healthy upstream', 'no healthy upstream'],
    ['{"errors":[],"data":null,"agent_name":"Juana Peña"}', 'a JSON object with errors, data, agent_name'],
  ])('%s', (text, expected) => {
    expect(excerptOf(Buffer.from(text), (said) => said, ['agent_name', 'by_agent.agent_id'])).toBe(expected)
  })

  it.each([
    'THE API YOU WANT TO CONSULT DOES NOT EXIST',
    'SOME PARAMETERS ARE REQUIRED',
    'PLEASE ENTER THE WOLKVOX-TOKEN',
    'TOKEN LIMIT EXCEEDED',
    'EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)',
    'PLEASE VALIDATE TOKEN',
    '0 records were found',
    'El servicio no está disponible por mantenimiento, intente más tarde',
  ])('of wolkvox are quoted as they are: %s', (text) => {
    expect(quote(text, (said) => said)).toBe(text)
  })
})

describe('the words that may be quoted', () => {
  it.each([
    ['Juana Peña no contesta', '… no …'],
    ['agent 1001 not found', 'agent … not found'],
    ['call to +57 300 123 45 67 failed', 'call to +… failed'],
    ['number 1.234.567', 'number …'],
    ['born 2001-05-06', ''],
    ['203.0.113.77', ''],
    ['2001:db8:5eed::1', ''],
    ['juana@example.com is invalid', '….com is invalid'],
    ['getJuanaError', ''],
    ['mysqli_connect requestId', 'mysqli_connect requestId'],
    ['sesión SESIÓN sesio\u0301n', 'sesión SESIÓN sesio\u0301n'],
    ['500 Internal Server Error', '500 Internal Server Error'],
    ['', ''],
  ])('in %j are %j', (text, expected) => {
    expect(onlyKnownWords(text)).toBe(expected)
  })

  it('are all that is left of any text', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('token', 'limit', ' ', '-', '300', '1234567'),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        const quoted = onlyKnownWords(words.join(' '))
        for (const each of quoted.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? []) {
          expect(onlyKnownWords(`error ${each}`)).toBe(`error ${each}`)
        }
        expect(quoted).not.toMatch(/\d(?:[ .-]?\d){4}/)
      }),
      { numRuns: 1000 },
    )
  })
})
