import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readText } from '../../tools/files.ts'
import { type Manifest, manifestPaths, readManifest } from './manifests.ts'
import { schemaErrors } from './schemas.ts'

it('every manifest matches the schemas of Kubernetes and the Prometheus operator', async () => {
  expect(manifestPaths.length).toBeGreaterThan(0)
  expect(await schemaErrors(manifestPaths.map(readManifest))).toEqual(manifestPaths.map(() => ''))
})

it('the check finds wrong keys and wrong values', async () => {
  const mistakes = [
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
  const wrong = mistakes.map(([path, right, mistake]): Manifest => {
    const text = readText(`deploy/kubernetes/${path}.yaml`)
    expect(text).toContain(right)
    return parse(text.replace(right, mistake))
  })
  const errors = await schemaErrors(wrong)
  expect(mistakes.filter((_, index) => errors[index] === '')).toEqual([])
})
