import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import type { IService } from 'kubernetes-models/v1/Service'
import { parse } from 'yaml'
import { ROOT, readText } from '../../tools/files.ts'

/** The fields that every manifest has. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly labels?: Labels }
}

export type Labels = Readonly<Record<string, string>>

/** The fields of a kustomization that the tests read. */
export interface Kustomization {
  readonly kind: string
  readonly namespace?: string
  readonly patches?: readonly { readonly path?: string }[]
  readonly resources?: readonly string[]
  readonly configMapGenerator?: readonly {
    readonly name: string
    readonly literals?: readonly string[]
    readonly files?: readonly string[]
  }[]
}

/** Paths of the files in a folder and its subfolders, relative to the project. */
export const filesBelow = (folder: string, pattern: string): string[] =>
  globSync(`${folder}/**/${pattern}`, { cwd: ROOT }).sort()

export const kustomizations = [
  ...filesBelow('deploy', 'kustomization.yaml'),
  ...filesBelow('grafana', 'kustomization.yaml'),
]

const read = <T>(path: string): T => parse(readText(path)) as T

export const readManifest = (path: string) => read<Manifest>(path)
export const readKustomization = (path: string) => read<Kustomization>(path)

/** Files that change manifests; alone they are incomplete. */
const patchPaths = kustomizations.flatMap((path) =>
  (readKustomization(path).patches ?? []).flatMap((patch) =>
    patch.path === undefined ? [] : [join(dirname(path), patch.path)],
  ),
)

export const manifestPaths = filesBelow('deploy/kubernetes', '*.yaml').filter(
  (path) => !kustomizations.includes(path) && !patchPaths.includes(path),
)

const EXPORTER = 'deploy/kubernetes/exporter'

export const deployment = read<IDeployment>(`${EXPORTER}/deployment.yaml`)
export const service = read<IService>(`${EXPORTER}/service.yaml`)
export const networkPolicy = read<INetworkPolicy>(`${EXPORTER}/network-policy.yaml`)
export const claim = read<IPersistentVolumeClaim>(`${EXPORTER}/persistent-volume-claim.yaml`)
export const serviceMonitor = read<IServiceMonitor>('deploy/kubernetes/service-monitor/service-monitor.yaml')
export const prometheusRule = read<IPrometheusRule>('deploy/kubernetes/rules/prometheus-rule.yaml')
export const example = readKustomization('deploy/kubernetes/example/kustomization.yaml')

export const pod = required(deployment.spec?.template)
export const podSpec = required(pod.spec)
export const container = required(podSpec.containers[0])
export const endpoint = required(serviceMonitor.spec.endpoints[0])

/** @throws if the value is missing */
export function required<T>(value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error('a required part of the manifest is missing')
  return value
}
