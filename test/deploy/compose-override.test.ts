import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseArguments } from '../../src/config/flags.ts'
import { readText } from '../../tools/files.ts'
import { readCompose, type Service } from './compose.ts'

const [, block = ''] = /^```yaml\n(services:\n.*?)^```$/ms.exec(readText('docs/tls.md')) ?? []
const override: { readonly services: Readonly<Record<string, Partial<Service>>> } = parse(block)

describe('the override for TLS in docs/tls.md', () => {
  const { services } = readCompose({ WOLKVOX_SERVER: '0042' })
  const { command, volumes, healthcheck } = override.services.exporter ?? {}
  const args = String(command)
    .replace(/\$\{WOLKVOX_SERVER:\?\}/, '0042')
    .split(' ')
  const flag = args.find((word) => word.startsWith('--web.config.file=')) ?? 'none'

  it('changes only services that exist', () => {
    expect(Object.keys(override.services).filter((name) => !(name in services))).toEqual([])
  })

  it('starts the exporter as the compose file does, with one more flag', () => {
    expect(() => parseArguments(args)).not.toThrow()
    expect(args.filter((each) => each !== flag).join(' ')).toBe(services.exporter?.command)
  })

  it('gives the health check the same file, which is mounted', () => {
    expect(healthcheck?.test).toEqual([...(services.exporter?.healthcheck?.test ?? []), flag])
    const folder = flag.replace(/^.*=|\/[^/]*$/g, '')
    expect(volumes?.map((volume) => volume.split(':')[1])).toEqual([folder])
  })
})
