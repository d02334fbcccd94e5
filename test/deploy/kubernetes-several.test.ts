import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseArguments } from '../../src/config/flags.ts'
import { ROOT, readText } from '../../tools/files.ts'
import { build, haveKubectl } from './kubectl.ts'
import { claim, container, deployment, type Manifest, podSpec, required } from './manifests.ts'

const SEVERAL = 'deploy/kubernetes/example-several'
const SHARDS = 'deploy/kubernetes/example-shards'

const guide = readText('deploy/kubernetes/README.md')

describe.skipIf(!haveKubectl)('the example for several operations', () => {
  let manifests: readonly Manifest[]
  let spec: IPodSpec
  beforeAll(async () => {
    manifests = await build(`${ROOT}${SEVERAL}`)
    spec = required(find<IDeployment>(manifests, 'Deployment').spec?.template?.spec)
  })

  it('serves the file of the config map', () => {
    const { command, flags } = parseArguments(spec.containers[0]?.args ?? [])
    expect([command, flags.get('storage.path')]).toEqual(['serve', ['/data']])
    const mount = spec.containers[0]?.volumeMounts?.find(({ name }) => name === 'config')
    expect(flags.get('config.file')).toEqual([`${mount?.mountPath}/wolkvox.yml`])
    expect(mount?.subPath).toBeUndefined()
    const volume = spec.volumes?.find(({ name }) => name === 'config')
    const map = manifests.find(({ metadata }) => metadata?.name === volume?.configMap?.name)
    expect(map).toMatchObject({
      kind: 'ConfigMap',
      data: { 'wolkvox.yml': readText(`${SEVERAL}/wolkvox.yml`) },
    })
  })

  it('reloads a changed file instead of starting a new pod', () => {
    expect(parseArguments(spec.containers[0]?.args ?? []).flags.has('config.auto-reload')).toBe(true)
    // A name that depends on the contents would change the pod.
    expect(spec.volumes?.find(({ name }) => name === 'config')?.configMap?.name).toBe('wolkvox-exporter')
  })

  it('has no settings of a single operation', () => {
    expect(spec.containers[0]?.env).toBeUndefined()
    expect(spec.containers[0]?.envFrom).toBeUndefined()
  })

  it('mounts one secret per operation as the file that the configuration names', () => {
    const { operations } = parse(readText(`${SEVERAL}/wolkvox.yml`)) as {
      operations: readonly { name: string; token_file: string }[]
    }
    const volume = spec.volumes?.find(({ projected }) => projected !== undefined)
    const mount = spec.containers[0]?.volumeMounts?.find(({ name }) => name === volume?.name)
    const files = volume?.projected?.sources?.map(({ secret }) => [
      secret?.name,
      `${mount?.mountPath}/${secret?.items?.[0]?.path}`,
    ])
    expect(files).toEqual(operations.map(({ name, token_file }) => [`wolkvox-${name}`, token_file]))
    expect(volume?.projected?.defaultMode).toBe(0o440)
    for (const source of volume?.projected?.sources ?? []) {
      expect(guide).toContain(
        `create secret generic ${source.secret?.name} --from-file=${source.secret?.items?.[0]?.key}=`,
      )
    }
  })

  it('keeps everything else of the pod for one operation', () => {
    const [{ args, volumeMounts, ...rest } = { args: [], volumeMounts: [] }] = spec.containers
    expect(rest).toEqual({
      ...without(container, 'args', 'env', 'envFrom', 'volumeMounts'),
      image: expect.stringContaining(container.image ?? 'none'),
    })
    expect(without(spec, 'containers', 'volumes')).toEqual(without(podSpec, 'containers', 'volumes'))
    expect(volumeMounts).toEqual(expect.arrayContaining(container.volumeMounts ?? []))
  })
})

describe.skipIf(!haveKubectl)('the example for shards', () => {
  let manifests: readonly Manifest[]
  let shards: IStatefulSet
  beforeAll(async () => {
    manifests = await build(`${ROOT}${SHARDS}`)
    shards = find<IStatefulSet>(manifests, 'StatefulSet')
  })

  it('replaces the deployment and its claim', () => {
    const kinds = manifests.map(({ kind }) => kind)
    expect(kinds).not.toContain('Deployment')
    expect(kinds).not.toContain('PersistentVolumeClaim')
    expect(shards.spec?.volumeClaimTemplates?.map(({ metadata, spec }) => [metadata?.name, spec])).toEqual([
      [podSpec.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim)?.name, claim.spec],
    ])
    expect(shards.spec?.template.spec?.volumes?.map(({ name }) => name).sort()).toEqual(['config', 'token'])
  })

  it('selects the pods as the deployment does, and starts them together', () => {
    expect(shards.spec?.selector).toEqual(deployment.spec?.selector)
    expect(shards.spec?.serviceName).toBe(find(manifests, 'Service').metadata?.name)
    expect(shards.spec?.podManagementPolicy).toBe('Parallel')
  })

  it('gives each pod its number and the number of pods', () => {
    const { args = [], env } = shards.spec?.template.spec?.containers[0] ?? {}
    const { flags } = parseArguments(args)
    expect(flags.get('shard')).toEqual(['auto'])
    // The variable is replaced by its name, wherever it is. Kubernetes puts its value into the argument.
    expect(flags.get('total-shards')).toEqual(['$(TOTAL_SHARDS)'])
    expect(env).toEqual([{ name: 'TOTAL_SHARDS', value: String(shards.spec?.replicas) }])
    expect(shards.spec?.replicas).toBeGreaterThan(1)
  })

  it('has the other arguments of the example for several operations', async () => {
    const several = find<IDeployment>(await build(`${ROOT}${SEVERAL}`), 'Deployment')
    const isOfShards = (arg: string) => /^--(total-)?shards?=/.test(arg)
    const args = shards.spec?.template.spec?.containers[0]?.args ?? []
    expect(args.filter((arg) => !isOfShards(arg))).toEqual(several.spec?.template.spec?.containers[0]?.args)
  })

  it('distinguishes the pods in Prometheus by a name that stays the same', () => {
    const [endpoint] = find<IServiceMonitor>(manifests, 'ServiceMonitor').spec.endpoints
    expect(endpoint?.relabelings).toContainEqual({
      sourceLabels: ['__meta_kubernetes_namespace', '__meta_kubernetes_pod_name'],
      separator: '/',
      targetLabel: 'instance',
    })
  })
})

function find<T extends Manifest = Manifest>(manifests: readonly Manifest[], kind: string): T {
  return required(manifests.find((manifest) => manifest.kind === kind)) as T
}

function without<T extends object>(value: T, ...keys: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !keys.includes(key as keyof T)),
  ) as Partial<T>
}
