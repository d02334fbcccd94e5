import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule'
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { Service } from 'kubernetes-models/v1/Service'
import { ROOT } from '../../tools/files.ts'
import { runProgram } from '../support/programs/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { Manifest } from './manifests.ts'

type Model = new (data: never) => { validate(): void }

const models: Readonly<Record<string, Model>> = {
  ConfigMap,
  Deployment,
  NetworkPolicy,
  PersistentVolumeClaim,
  PrometheusRule,
  Service,
  ServiceMonitor,
  StatefulSet,
}

const COMPILER_OPTIONS = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext']

/**
 * Checks manifests with the schemas that Kubernetes and the Prometheus operator publish. The schemas check the values but accept
 * unknown keys, so the types that are generated from them check the keys.
 *
 * @returns the errors of each manifest, empty if it is valid
 */
export async function schemaErrors(manifests: readonly Manifest[]): Promise<string[]> {
  const unknown = await unknownKeys(manifests)
  return manifests.map((manifest, index) => `${wrongValue(manifest)}${unknown[index]}`)
}

function wrongValue(manifest: Manifest): string {
  const Model = models[manifest.kind]
  if (Model === undefined) return `no schema of the kind ${manifest.kind}`
  try {
    new Model(manifest as never).validate()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

async function unknownKeys(manifests: readonly Manifest[]): Promise<string[]> {
  const folder = temporaryFolder()
  symlinkSync(`${ROOT}node_modules`, join(folder, 'node_modules'))
  const files = manifests.map((_, index) => join(folder, `manifest-${index}.ts`))
  for (const [index, manifest] of manifests.entries()) writeFileSync(files[index] ?? '', typed(manifest))
  const { output } = await runProgram(`${ROOT}node_modules/.bin/tsc`, [...COMPILER_OPTIONS, ...files])
  const errors = output.split('\n').filter((line) => line.includes('error TS'))
  const ofFile = (index: number) => errors.filter((line) => line.includes(`manifest-${index}.ts`))
  // Errors outside the manifests would otherwise be missed.
  const elsewhere = errors.filter((line) => !/manifest-\d+\.ts/.test(line))
  if (elsewhere.length > 0) throw new Error(output)
  return manifests.map((_, index) => ofFile(index).join('\n'))
}

/** The manifest as a literal of its type, so that the compiler rejects unknown keys. */
function typed({ apiVersion, kind, ...rest }: Manifest): string {
  const packageName = apiVersion.startsWith('monitoring.coreos.com/')
    ? '@kubernetes-models/prometheus-operator'
    : 'kubernetes-models'
  return `import type { I${kind} } from '${packageName}/${apiVersion}/${kind}'
export const manifest: I${kind} = ${JSON.stringify({ apiVersion, kind, ...rest })}
`
}
