import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { prometheusRule as generatePrometheusRule } from '../../scripts/prometheus-rule.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { readFlags } from '../../src/config/process-config.ts'
import { parseBytes, parseDuration } from '../../src/units.ts'
import { readText } from '../../tools/files.ts'
import { filesIn, rules } from '../../tools/rule-files.ts'
import { runCommand } from '../cli/command-context.ts'
import { makeApp } from '../server/make-app.ts'
import { peakMemory } from '../support/measured.ts'
import { runProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import {
  claim,
  container,
  deployment,
  endpoint,
  example,
  networkPolicy,
  pod,
  podSpec,
  prometheusRule,
  required,
  service,
  serviceMonitor,
} from './manifests.ts'
import { targetLabels } from './target-labels.ts'

const config = readFlags(parseArguments(container.args ?? []))
const ports = container.ports ?? []
const volumes = podSpec.volumes ?? []
const mounts = container.volumeMounts ?? []
const probes = [required(container.livenessProbe), required(container.readinessProbe)]

const tokenVolume = required(volumes.find(({ secret }) => secret !== undefined))
const tokenMount = required(mounts.find(({ name }) => name === tokenVolume.name))
const settings = required(example.configMapGenerator?.[0])

describe('the deployment', () => {
  it('never runs two exporters with the same token', () => {
    expect(deployment.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
  })

  it('starts the exporter with valid flags and the settings of the example', async () => {
    const [command, ...flags] = container.args ?? []
    expect(command).toBe('serve')
    const environment = {
      ...Object.fromEntries((settings.literals ?? []).map((literal) => literal.split(/=(.*)/s))),
      ...Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value])),
    }
    const path = required(environment.WOLKVOX_TOKEN_FILE)
    const checked = await runCommand(['check-config', ...flags], {
      ...environment,
      WOLKVOX_TOKEN_FILE: `${mountToken()}${path}`,
    })
    expect(checked).toEqual({
      code: 0,
      printed: expect.stringMatching(
        /^The configuration is valid\.\nOperation ventas\n {2}agents {2}every 5m /,
      ),
      errors: '',
    })
  })

  it('stores its data on the volume', () => {
    const volume = volumes.find(
      ({ persistentVolumeClaim: found }) => found?.claimName === claim.metadata?.name,
    )
    const mount = mounts.find(({ mountPath }) => mountPath === config.storagePath)
    expect(mount?.name).toBe(required(volume).name)
    expect(mount?.readOnly).toBeUndefined()
  })

  it('probes the health endpoints at the port of the exporter', async () => {
    for (const { httpGet } of probes) {
      const { statusCode } = await makeApp().app.inject(required(httpGet?.path))
      expect([httpGet?.path, httpGet?.port, statusCode]).toEqual([httpGet?.path, 'metrics', 200])
    }
    expect(probes.map(({ httpGet }) => httpGet?.path)).toEqual(['/-/healthy', '/-/ready'])
    const [address] = config.listenAddresses
    expect(ports).toEqual([
      { name: 'metrics', containerPort: address && 'port' in address ? address.port : 'none' },
    ])
  })

  it('allows more than the 5 s that a shutdown can take', () => {
    expect(podSpec.terminationGracePeriodSeconds).toBeGreaterThan(5)
  })

  it('has memory above the measured peaks', () => {
    const peak = (agents: string) => required(parseBytes(peakMemory(agents)))
    const bytes = (quantity: unknown) => parseBytes(`${quantity}B`)
    expect(bytes(container.resources?.limits?.memory)).toBeGreaterThan(peak('60,000'))
    expect(bytes(container.resources?.requests?.memory)).toBeGreaterThan(peak('5,000'))
  })

  it('meets the restricted pod security standard', () => {
    expect(podSpec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  it('allows only root and the group of the exporter to read the token', () => {
    expect(tokenVolume.secret?.defaultMode).toBe(0o440)
    expect(podSpec.securityContext?.fsGroup).toBe(podSpec.securityContext?.runAsGroup)
  })

  it('uses the names of settings and token in the guide', () => {
    expect(container.envFrom).toEqual([{ configMapRef: { name: settings.name } }])
    expect(readText('deploy/kubernetes/README.md')).toContain(
      `create secret generic ${tokenVolume.secret?.secretName} \\\n  --from-file=${tokenVolume.secret?.items?.[0]?.key}=`,
    )
  })
})

describe('the labels', () => {
  it.each([
    ['the deployment', deployment.spec?.selector.matchLabels],
    ['the service', service.spec?.selector],
    ['the network policy', networkPolicy.spec?.podSelector?.matchLabels],
  ])('that %s selects are those of the pod', (_, selector) => {
    expect(Object.keys(selector ?? {})).not.toEqual([])
    expect(pod.metadata?.labels).toMatchObject(required(selector))
  })

  it('that the service monitor selects are those of the service', () => {
    expect(service.metadata?.labels).toEqual(serviceMonitor.spec.selector.matchLabels)
  })
})

describe('a scrape', () => {
  it('uses the same port name from the monitor to the container', () => {
    const [servicePort] = service.spec?.ports ?? []
    expect(endpoint.port).toBe(servicePort?.name)
    expect(servicePort?.targetPort).toBe(ports[0]?.name)
    expect(servicePort?.port).toBe(ports[0]?.containerPort)
    expect(networkPolicy.spec?.ingress?.flatMap(({ ports: open }) => open)).toEqual([
      { protocol: 'TCP', port: ports[0]?.name },
    ])
  })

  it('uses the path of the metrics', () => {
    expect(endpoint.path).toBe(config.telemetryPath)
  })

  it('has the same interval and timeout as in prometheus.yml', () => {
    const { global, scrape_configs } = parse(readText('prometheus.yml'))
    expect(endpoint.interval).toBe(global.scrape_interval)
    expect(endpoint.scrapeTimeout).toBe(scrape_configs[0].scrape_timeout)
    expect(parseDuration(required(endpoint.scrapeTimeout))).toBeLessThanOrEqual(
      required(parseDuration(required(endpoint.interval))),
    )
  })

  it.skipIf(!haveTools('promtool'))('gives the same series for every pod', () => {
    const pods = [
      { pod: 'wolkvox-exporter-7c9-abcde', address: '10.1.0.7:9989' },
      { pod: 'wolkvox-exporter-84f-fghij', address: '10.1.2.9:9989' },
    ]
    const labels = {
      job: 'wolkvox',
      instance: 'wolkvox/wolkvox-exporter',
      namespace: 'wolkvox',
      service: 'wolkvox-exporter',
    }
    expect(labelsOfPods(pods)).toEqual(pods.map(() => labels))
  })
})

describe('the connection to wolkvox', () => {
  const egress = networkPolicy.spec?.egress ?? []

  it('is allowed only for DNS and TLS', () => {
    expect(networkPolicy.spec?.policyTypes).toEqual(['Ingress', 'Egress'])
    expect(
      egress.flatMap(({ ports: open }) => open?.map(({ protocol, port }) => `${protocol} ${port}`)),
    ).toEqual(['UDP 53', 'TCP 53', 'TCP 443'])
  })

  it('is allowed only to addresses outside the cluster', () => {
    const tls = egress.find(({ ports: open }) => open?.some(({ port }) => port === 443))
    expect(tls?.to?.map(({ ipBlock }) => ipBlock?.cidr)).toEqual(['0.0.0.0/0', '::/0'])
    expect(tls?.to?.flatMap(({ ipBlock }) => ipBlock?.except)).toContain('10.0.0.0/8')
  })
})

describe('the rules of the Prometheus operator', () => {
  it('are generated from rules/; update them with npm run kubernetes', () => {
    expect(readText('deploy/kubernetes/rules/prometheus-rule.yaml')).toBe(generatePrometheusRule())
  })

  it('contain all groups and rules', () => {
    const groups = filesIn('rules').flatMap((path) => parse(readText(path)).groups)
    expect(prometheusRule.spec.groups).toEqual(groups)
    expect(prometheusRule.spec.groups?.flatMap((group) => group.rules)).toEqual(rules)
  })

  it.skipIf(!haveTools('promtool'))('pass promtool', async () => {
    const file = join(temporaryFolder(), 'rules.yml')
    writeFileSync(file, JSON.stringify(prometheusRule.spec))
    expect(await runProgram('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', file])).toEqual({
      code: 0,
      output: expect.stringContaining(`SUCCESS: ${rules.length} rules found`),
    })
  })
})

/** Creates a token file behind symbolic links, as Kubernetes does. @returns the root of that file system */
function mountToken(): string {
  const root = temporaryFolder()
  const folder = join(root, tokenMount.mountPath)
  for (const { key, path } of required(tokenVolume.secret?.items)) {
    expect(key).toBe('token')
    mkdirSync(join(folder, '..version'), { recursive: true })
    writeFileSync(join(folder, '..version', path), 'test-token\n')
    symlinkSync('..version', join(folder, '..data'))
    symlinkSync(join('..data', path), join(folder, path))
  }
  return root
}

/** The labels of targets of the Prometheus operator, after the relabelings of the monitor. */
function labelsOfPods(pods: readonly { readonly pod: string; readonly address: string }[]) {
  const found = pods.map(({ pod: name, address }) => ({
    targets: [address],
    labels: {
      __meta_kubernetes_namespace: 'wolkvox',
      __meta_kubernetes_service_name: 'wolkvox-exporter',
      // Set by the relabelings of the operator.
      job: 'wolkvox-exporter',
      namespace: 'wolkvox',
      service: 'wolkvox-exporter',
      pod: name,
      container: container.name,
      endpoint: endpoint.port,
    },
  }))
  const relabelings = endpoint.relabelings?.map((relabeling) =>
    Object.fromEntries(Object.entries(relabeling).map(([key, value]) => [inSnakeCase(key), value])),
  )
  return targetLabels(found, relabelings)
}

const inSnakeCase = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
