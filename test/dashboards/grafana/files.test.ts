import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dashboards, languageNames, textOf } from '../../../grafana/dashboards.ts'
import { readLimits } from '../../../grafana/read-limits.ts'
import { names, uidOf } from '../../../grafana/shell/uids.ts'
import { ROOT, readText } from '../../support/files.ts'

const folder = 'grafana/dashboards'

describe('the files of the dashboards', () => {
  const all = dashboards(readLimits())

  it.each(all)('$path is what the code makes (npm run dashboards makes it anew)', (made) => {
    expect(readText(`${folder}/${made.path}`)).toBe(textOf(made.dashboard))
  })

  it('are these and no others', () => {
    const found = readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    expect(found.filter((path) => path.endsWith('.json')).sort()).toEqual(all.map(({ path }) => path).sort())
  })

  it.each(languageNames)('are all brought to Kubernetes in %s, each under a name of its own', (language) => {
    const { configMapGenerator, generatorOptions } = parse(
      readText(`${folder}/${language}/kustomization.yaml`),
    ) as {
      readonly configMapGenerator: readonly unknown[]
      readonly generatorOptions: unknown
    }
    const wanted = names.map((name) => ({
      name: `wolkvox-dashboard-${name}-${language}`,
      files: [`${uidOf(name, language)}.json=${name}.json`],
    }))
    // By this label the sidecar of Grafana finds them.
    expect(generatorOptions).toMatchObject({
      disableNameSuffixHash: true,
      labels: { grafana_dashboard: '1' },
    })
    expect(configMapGenerator).toHaveLength(wanted.length)
    expect(configMapGenerator).toEqual(expect.arrayContaining(wanted))
  })
})
