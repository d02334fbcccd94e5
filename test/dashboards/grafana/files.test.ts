import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dashboards, languageNames, textOf } from '../../../grafana/dashboards.ts'
import { names, uidOf } from '../../../grafana/layout/links.ts'
import { readLimits } from '../../../grafana/limits.ts'
import { ROOT, readText } from '../../../tools/files.ts'

const folder = 'grafana/dashboards'

describe('the files of the dashboards', () => {
  const all = dashboards(readLimits())

  it.each(all)('$path is current (run npm run dashboards)', (made) => {
    expect(readText(`${folder}/${made.path}`)).toBe(textOf(made.dashboard))
  })

  it('contain no other dashboards', () => {
    const found = readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    expect(found.filter((path) => path.endsWith('.json')).sort()).toEqual(all.map(({ path }) => path).sort())
  })

  it.each(languageNames)('are all deployed to Kubernetes in %s, each under its own name', (language) => {
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
    // Grafana's sidecar finds them by this label.
    expect(generatorOptions).toMatchObject({
      disableNameSuffixHash: true,
      labels: { grafana_dashboard: '1' },
    })
    expect(configMapGenerator).toHaveLength(wanted.length)
    expect(configMapGenerator).toEqual(expect.arrayContaining(wanted))
  })
})
