import { spawnSync } from 'node:child_process'
import { realpathSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { ROOT, readText } from '../support/files.ts'
import { runProgram } from '../support/programs/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import {
  filesBelow,
  kustomizations,
  type Manifest,
  manifestPaths,
  readKustomization,
  readManifest,
  required,
} from './manifests.ts'
import { complaintsAbout } from './schemas.ts'

// Wanted where it is there: Debian's is older than what kustomizations say today, and npm has it for few platforms.
const haveKubectl = spawnSync('kubectl', ['version', '--client']).error === undefined

const EXAMPLE = 'deploy/kubernetes/example'

describe.each(kustomizations)('%s', (path) => {
  const folder = dirname(path)
  const { resources = [], configMapGenerator = [] } = readKustomization(path)

  it('takes in every file beside it', () => {
    const files = [...filesBelow(folder, '*.yaml'), ...filesBelow(folder, '*.json')]
    // A file may be taken in under another name: `name=file`.
    const generated = configMapGenerator.flatMap((generator) =>
      (generator.files ?? []).map((file) => file.replace(/^.*=/, '')),
    )
    const taken = [...resources, ...generated].map((file) => join(folder, file))
    expect(taken).toEqual(expect.arrayContaining(files.filter((file) => file !== path)))
  })

  it.skipIf(!haveKubectl)('makes manifests of which Kubernetes knows every key', async () => {
    const manifests = await build(`${ROOT}${folder}`)
    expect(manifests.length).toBeGreaterThan(0)
    expect(await complaintsAbout(manifests)).toEqual(manifests.map(() => ''))
  })
})

describe.skipIf(!haveKubectl)('the example', () => {
  it('holds everything that there is', async () => {
    const made = (await build(`${ROOT}${EXAMPLE}`)).map(({ kind }) => kind)
    const kinds = manifestPaths.map((path) => readManifest(path).kind)
    expect(made.filter((kind) => kind !== 'ConfigMap').sort()).toEqual(kinds.sort())
  })

  it('puts all of it into one namespace, with the labels that Kubernetes recommends', async () => {
    for (const { kind, metadata } of await build(`${ROOT}${EXAMPLE}`)) {
      expect([kind, metadata?.namespace]).toEqual([kind, 'wolkvox'])
      // The settings are the operator's own.
      if (kind === 'ConfigMap') continue
      expect([kind, metadata?.labels]).toEqual([
        kind,
        {
          'app.kubernetes.io/name': 'wolkvox-exporter',
          'app.kubernetes.io/component': expect.stringMatching(/^(exporter|monitoring)$/),
          'app.kubernetes.io/part-of': 'wolkvox',
          release: 'kube-prometheus-stack',
        },
      ])
    }
  })

  it('runs the image that it names', async () => {
    const [container] = (await deploymentOf(`${ROOT}${EXAMPLE}`)).containers
    const [image] = parse(readText(`${EXAMPLE}/kustomization.yaml`)).images
    expect(container?.image).toBe(`${image.newName}:${image.newTag}`)
  })

  it('makes a new pod when a setting changes', async () => {
    const settingsIn = async (folder: string) =>
      (await deploymentOf(folder)).containers[0]?.envFrom?.[0]?.configMapRef?.name
    const changed = overlay({
      configMapGenerator: [
        { name: 'wolkvox-exporter', behavior: 'merge', literals: ['WOLKVOX_LICENSES=60'] },
      ],
    })
    const settings = await settingsIn(`${ROOT}${EXAMPLE}`)
    expect(settings).toMatch(/^wolkvox-exporter-./)
    expect(await settingsIn(changed)).not.toBe(settings)
  })

  it('lets in another Prometheus with the patch that the guide shows', async () => {
    const [, patch = ''] = /^```yaml\n(.*?)^```$/ms.exec(readText('deploy/kubernetes/README.md')) ?? []
    const manifests = await build(overlay(parse(patch)))
    const policy = manifests.find(({ kind }) => kind === 'NetworkPolicy') as INetworkPolicy
    expect(policy.spec?.ingress?.[0]?.from?.[0]?.namespaceSelector?.matchLabels).toEqual({
      'kubernetes.io/metadata.name': 'observability',
    })
  })

  it('is refused with a slip in it', async () => {
    await expect(build(overlay({ configMapGenerators: [] }))).rejects.toThrow('configMapGenerators')
  })
})

describe.skipIf(!haveKubectl)('the dashboards', () => {
  const folders = kustomizations.filter((path) => path.startsWith('grafana/')).map((path) => dirname(path))

  it('of all languages can be in one folder, each where the sidecar of Grafana finds it', async () => {
    expect(folders).toEqual(['grafana/dashboards/en', 'grafana/dashboards/es'])
    const maps = (await Promise.all(folders.map((folder) => build(`${ROOT}${folder}`)))).flat()
    expect(maps.map(({ metadata }) => metadata?.labels?.grafana_dashboard)).toEqual(maps.map(() => '1'))
    const files = maps.flatMap((map) => Object.keys((map as IConfigMap).data ?? {}))
    expect(new Set(files).size).toBe(filesBelow('grafana/dashboards', '*.json').length)
    expect(new Set(maps.map(({ metadata }) => metadata?.name)).size).toBe(files.length)
  })
})

/** Has kubectl put a folder's manifests together. @throws with what it complains of */
async function build(folder: string): Promise<Manifest[]> {
  const { code, output } = await runProgram('kubectl', ['kustomize', folder])
  if (code !== 0) throw new Error(output)
  return parseAllDocuments(output).map((document) => document.toJS())
}

async function deploymentOf(folder: string) {
  const manifests = await build(folder)
  const found = manifests.find(({ kind }) => kind === 'Deployment') as IDeployment | undefined
  return required(found?.spec?.template?.spec)
}

/** A folder with a kustomization over the example. */
function overlay(kustomization: object): string {
  const folder = temporaryFolder()
  // kustomize takes no folder by its full path.
  const resources = [relative(folder, realpathSync(`${ROOT}${EXAMPLE}`))]
  // JSON is YAML, too.
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ resources, ...kustomization }))
  return folder
}
