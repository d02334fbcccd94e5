import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { excerptOf } from '../../src/wolkvox/excerpt.ts'

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
      'a login page',
      '<!DOCTYPE html>\n<html lang="es"><head><title>\n Iniciar sesión </title></head><body><h1 class="x">Hola <b>de nuevo</b></h1>',
      'an HTML page, title "Iniciar sesión", heading "Hola de nuevo"',
    ],
    ['a truncated page', '<!DOCTYPE html><html><head><tit', 'an HTML page without title'],
    [
      'a captive portal',
      '<html><meta http-equiv=refresh content="0; url=https://portal.example/login?phone=3001234567">',
      'an HTML page, refresh to https://portal.example',
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
      'a JSON object with message "Forbidden", requestId, …',
    ],
    [
      'a JSON object that was cut off',
      '{"status":"fail","data":{"name":"Juana',
      'a JSON object with status "fail", data',
    ],
    [
      'many keys',
      JSON.stringify(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 1]))),
      'a JSON object with k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, k12',
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
