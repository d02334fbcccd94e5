import { describe, expect, it } from 'vitest'
import type { AppParts } from '../../src/server/app.ts'
import { makeApp } from './make-app.ts'

const operations = () => [
  { name: 'ventas', server: '0042' },
  { name: 'atención "24/7"', server: '0043' },
]

async function discover(headers: Record<string, string> = {}, parts: Partial<AppParts> = {}) {
  const { app } = makeApp({ operations, ...parts })
  return app.inject({ url: '/sd', headers: { host: 'exporter.example.com:9989', ...headers } })
}

describe('/sd', () => {
  it('lists a target group for each operation', async () => {
    const { statusCode, headers, body } = await discover()
    expect([statusCode, headers['cache-control']]).toEqual([200, 'no-store'])
    // As Prometheus checks it.
    expect(headers['content-type']).toMatch(/^(?:application\/json(;\s*charset=("utf-8"|utf-8))?)$/i)
    const targets = ['exporter.example.com:9989']
    expect(JSON.parse(body)).toEqual([
      {
        targets,
        labels: {
          __param_operation: 'ventas',
          __meta_wolkvox_operation: 'ventas',
          __meta_wolkvox_server: '0042',
        },
      },
      {
        targets,
        labels: {
          __param_operation: 'atención "24/7"',
          __meta_wolkvox_operation: 'atención "24/7"',
          __meta_wolkvox_server: '0043',
        },
      },
    ])
  })

  it('is an empty list without operations', async () => {
    expect((await discover({}, { operations: () => [] })).body).toBe('[]')
  })

  it('names the path of the metrics if it is not the default of Prometheus', async () => {
    const [group] = JSON.parse((await discover({}, { telemetryPath: '/m/x' })).body)
    expect(group.labels.__metrics_path__).toBe('/m/x')
    const [root] = JSON.parse((await discover({}, { telemetryPath: '/' })).body)
    expect(root.labels.__metrics_path__).toBe('/')
  })

  it('answers HEAD without a body, and POST with 405', async () => {
    const { app } = makeApp({ operations })
    const head = await app.inject({ method: 'HEAD', url: '/sd' })
    expect([head.statusCode, head.body]).toEqual([200, ''])
    const { statusCode, headers } = await app.inject({ method: 'POST', url: '/sd' })
    expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  it.each([
    'localhost',
    'exporter:9989',
    'exporter.example.com.',
    '127.0.0.1:80',
    '[::1]',
    '[2001:db8::1]:9989',
    'wolkvox_exporter:9989',
    'a.b-c.d_e',
    '[::ffff:192.0.2.1]:80',
    // The longest label, and the longest name.
    'a'.repeat(63),
    `${`${'a'.repeat(62)}.`.repeat(4)}a`,
  ])('takes the host of the request: %s', async (host) => {
    const [group] = JSON.parse((await discover({ host })).body)
    expect(group.targets).toEqual([host])
  })

  it.each([
    ':9989',
    'host:',
    'host:0',
    'host:65536',
    'host:99999999',
    'host:80:90',
    'host:x',
    'http://host',
    'host/path',
    'user@host',
    'two words',
    '<script>',
    '"quoted"',
    '::1',
    '[::1',
    '[host]:80',
    '[::::::]',
    '[1:2]',
    '[fe80::1%eth0]',
    '[127.0.0.1]',
    '-host',
    'host-',
    'a-.b',
    'a.-b',
    '.',
    'a..b',
    '.a',
    'a..',
    'a'.repeat(64),
    `${`${'a'.repeat(62)}.`.repeat(4)}aa`,
    'hóst',
  ])('refuses the host %j and does not repeat it', async (host) => {
    const { statusCode, headers, body } = await discover({ host })
    expect([statusCode, headers['content-type']]).toEqual([400, 'text/plain'])
    expect(body).toBe(
      'The Host header must be the name or the address of the exporter, with or without a port.\n',
    )
  })
})
