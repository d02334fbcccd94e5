import { realpathSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT, readText } from '../../tools/files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { build, haveKubectl } from './kubectl.ts'
import {
  filesBelow,
  kustomizations,
  manifestPaths,
  readKustomization,
  readManifest,
  required,
} from './manifests.ts'
import { schemaErrors } from './schemas.ts'

const EXAMPLE = 'deploy/kubernetes/example'

describe.each(kustomizations)('%s', (path) => {
  const folder = dirname(path)
  const { kind, resources = [], patches = [], configMapGenerator = [] } = readKustomization(path)

  it('includes every file of its folder', () => {
    const files = [...filesBelow(folder, '*.yaml'), ...filesBelow(folder, '*.json')]
    // A file can be included under another name: `name=file`.
    const generated = configMapGenerator.flatMap((generator) =>
      (generator.files ?? []).map((file) => file.replace(/^.*=/, '')),
    )
    const patching = patches.flatMap(({ path }) => path ?? [])
    const included = [...resources, ...generated, ...patching].map((file) => join(folder, file))
    expect(included).toEqual(expect.arrayContaining(files.filter((file) => file !== path)))
  })

  // A component changes the manifests of the kustomization that includes it.
  it.skipIf(!haveKubectl || kind === 'Component')('builds manifests that match the schemas', async () => {
    const manifests = await build(`${ROOT}${folder}`)
    expect(manifests.length).toBeGreaterThan(0)
    expect(await schemaErrors(manifests)).toEqual(manifests.map(() => ''))
  })
})

describe.skipIf(!haveKubectl)('the example for one operation', () => {
  it('contains every manifest', async () => {
    const built = (await build(`${ROOT}${EXAMPLE}`)).map(({ kind }) => kind)
    const kinds = manifestPaths.map((path) => readManifest(path).kind)
    expect(built.filter((kind) => kind !== 'ConfigMap').sort()).toEqual(kinds.sort())
  })

  it('sets one namespace and the labels that Kubernetes recommends', async () => {
    for (const { kind, metadata } of await build(`${ROOT}${EXAMPLE}`)) {
      expect([kind, metadata?.namespace]).toEqual([kind, 'wolkvox'])
      // The operator creates the settings.
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

  it('starts a new pod when a setting changes', async () => {
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

  it('allows another Prometheus with the patch in the guide', async () => {
    const [, patch = ''] = /^```yaml\n(.*?)^```$/ms.exec(readText('deploy/kubernetes/README.md')) ?? []
    const manifests = await build(overlay(parse(patch)))
    const policy = manifests.find(({ kind }) => kind === 'NetworkPolicy') as INetworkPolicy
    expect(policy.spec?.ingress?.[0]?.from?.[0]?.namespaceSelector?.matchLabels).toEqual({
      'kubernetes.io/metadata.name': 'observability',
    })
  })

  it('is rejected if it has a wrong key', async () => {
    await expect(build(overlay({ configMapGenerators: [] }))).rejects.toThrow('configMapGenerators')
  })
})

describe.skipIf(!haveKubectl)('the dashboards', () => {
  const folders = kustomizations.filter((path) => path.startsWith('grafana/')).map((path) => dirname(path))

  it('of all languages have unique names and the label of the Grafana sidecar', async () => {
    expect(folders).toEqual(['grafana/dashboards/en', 'grafana/dashboards/es'])
    const maps = (await Promise.all(folders.map((folder) => build(`${ROOT}${folder}`)))).flat()
    expect(maps.map(({ metadata }) => metadata?.labels?.grafana_dashboard)).toEqual(maps.map(() => '1'))
    const files = maps.flatMap((map) => Object.keys((map as IConfigMap).data ?? {}))
    expect(new Set(files).size).toBe(filesBelow('grafana/dashboards', '*.json').length)
    expect(new Set(maps.map(({ metadata }) => metadata?.name)).size).toBe(files.length)
  })
})

async function deploymentOf(folder: string) {
  const manifests = await build(folder)
  const found = manifests.find(({ kind }) => kind === 'Deployment') as IDeployment | undefined
  return required(found?.spec?.template?.spec)
}

/** Writes a kustomization that is based on the example. @returns its folder */
function overlay(kustomization: object): string {
  const folder = temporaryFolder()
  // kustomize does not accept absolute paths.
  const resources = [relative(folder, realpathSync(`${ROOT}${EXAMPLE}`))]
  // JSON is valid YAML.
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({ resources, ...kustomization }))
  return folder
}
