import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseArguments } from '../../src/config/flags.ts'
import { readText } from '../../tools/files.ts'
import { readCompose, withFile } from './compose.ts'

const [, block = ''] = /^```yaml\n(services:\n.*?)^```$/ms.exec(readText('docs/tls.md')) ?? []
const override: { readonly services: Readonly<Record<string, unknown>> } = parse(block)

describe('the file for TLS in docs/tls.md', () => {
  const environment = { ...withFile('docker-compose.one.yml'), WOLKVOX_SERVER: '0042' }
  const { services } = readCompose(environment)
  const { exporter, prometheus } = readCompose(environment, block).services
  const args = String(exporter?.command).split(' ')
  const flag = args.find((word) => word.startsWith('--web.config.file=')) ?? 'none'
  const folder = flag.replace(/^.*=|\/[^/]*$/g, '')

  it('changes only services that exist', () => {
    expect(Object.keys(override.services).filter((name) => !(name in services))).toEqual([])
  })

  it('starts the exporter as docker-compose.one.yml does, with one more flag', () => {
    expect(() => parseArguments(args)).not.toThrow()
    expect(args.filter((each) => each !== flag).join(' ')).toBe(services.exporter?.command)
  })

  it('gives the health check the same file, which is mounted', () => {
    expect(exporter?.healthcheck?.test).toEqual([...(services.exporter?.healthcheck?.test ?? []), flag])
    expect(exporter?.volumes).toEqual([
      ...(services.exporter?.volumes ?? []),
      { source: folder, target: folder, readOnly: true },
    ])
  })

  it('keeps the other mounts of Prometheus', () => {
    expect(prometheus?.volumes).toEqual([
      ...(services.prometheus?.volumes ?? []),
      { source: '/etc/wolkvox-prometheus', target: '/etc/prometheus/wolkvox', readOnly: true },
    ])
  })

  it('is the file that the guide adds to COMPOSE_FILE', () => {
    const { COMPOSE_FILE } = environment
    expect(readText('docs/tls.md')).toContain(`COMPOSE_FILE=${COMPOSE_FILE}:docker-compose.tls.yml\n`)
  })
})
