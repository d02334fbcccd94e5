import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readText } from '../support/files.ts'
import { type Manifest, manifestPaths, readManifest } from './manifests.ts'
import { complaintsAbout } from './schemas.ts'

it('every manifest is as Kubernetes and the Prometheus operator want it', async () => {
  expect(manifestPaths.length).toBeGreaterThan(0)
  expect(await complaintsAbout(manifestPaths.map(readManifest))).toEqual(manifestPaths.map(() => ''))
})

it('a slip in a manifest is found, be it in a key or in a value', async () => {
  const slips = [
    ['exporter/deployment', 'livenessProbe:', 'livenesProbe:'],
    ['exporter/deployment', 'readOnlyRootFilesystem: true', 'readOnlyRootFileSystem: true'],
    ['exporter/deployment', 'type: Recreate', 'type: Replace'],
    ['exporter/deployment', 'replicas: 1', 'replicas: one'],
    ['exporter/deployment', 'name: exporter', 'title: exporter'],
    ['exporter/network-policy', 'port: 53', 'portNumber: 53'],
    ['exporter/persistent-volume-claim', '[ReadWriteOnce]', 'ReadWriteOnce'],
    ['exporter/service', 'targetPort:', 'target_port:'],
    ['service-monitor/service-monitor', 'interval: 30s', 'interval: half a minute'],
    ['service-monitor/service-monitor', 'scrapeTimeout:', 'scrape_timeout:'],
    ['rules/prometheus-rule', 'for: 2m', 'for: two minutes'],
    ['rules/prometheus-rule', 'expr: wolkvox_record_limit', 'expression: wolkvox_record_limit'],
    ['exporter/service', 'kind: Service', 'kind: Servise'],
  ] as const
  const wrong = slips.map(([path, right, slip]): Manifest => {
    const text = readText(`deploy/kubernetes/${path}.yaml`)
    expect(text).toContain(right)
    return parse(text.replace(right, slip))
  })
  const complaints = await complaintsAbout(wrong)
  expect(slips.filter((_, index) => complaints[index] === '')).toEqual([])
})
