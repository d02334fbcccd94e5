import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { languages } from '../../../grafana/dashboards.ts'
import { ROOT, readText } from '../../../tools/files.ts'

const folder = 'grafana/provisioning'

interface DataSources {
  readonly datasources: readonly Record<string, unknown>[]
}

interface Dashboards {
  readonly providers: readonly {
    readonly folder: string
    readonly allowUiUpdates: boolean
    readonly options: { readonly path: string }
  }[]
}

/** Path of the folder `grafana/dashboards` in the container. */
const MOUNT = '/etc/grafana/dashboards'

describe('the provisioning of Grafana', () => {
  it('adds the Prometheus of docker compose, with its scrape interval', () => {
    const { datasources } = parse(readText(`${folder}/datasources/prometheus.yml`)) as DataSources
    const { global } = parse(readText('prometheus.yml')) as { global: { scrape_interval: string } }
    expect(datasources).toEqual([
      expect.objectContaining({
        name: 'Prometheus',
        uid: 'prometheus',
        type: 'prometheus',
        url: 'http://prometheus:9090',
        jsonData: expect.objectContaining({ timeInterval: global.scrape_interval }),
      }),
    ])
  })

  it('adds a folder for each language, with dashboards that are not editable', () => {
    const { providers } = parse(readText(`${folder}/dashboards/wolkvox.yml`)) as Dashboards
    expect(providers.map(({ folder, allowUiUpdates }) => [folder, allowUiUpdates])).toEqual([
      ['wolkvox (español)', false],
      ['wolkvox (English)', false],
    ])
    expect(providers.map(({ options }) => options.path)).toEqual(
      Object.keys(languages).map((language) => `${MOUNT}/${language}`),
    )
    for (const { options } of providers) {
      const files = readdirSync(options.path.replace(MOUNT, `${ROOT}grafana/dashboards`))
      expect(files.filter((name) => name.endsWith('.json'))).toHaveLength(4)
    }
  })
})
