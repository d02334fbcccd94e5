import type { DataFrame } from '@grafana/data'
import type { Panel } from './dashboards.ts'
import { grafana } from './grafana-data.ts'

const OF_A_FIELD = /\$\{__data\.fields\.(\w+):percentencode\}/g

/** Where clicks in a row of a table lead, its fields filled in as Grafana fills them; what else Grafana fills in stays. */
export function linksOf(panel: Panel, frame: DataFrame, rowIndex: number): readonly string[] {
  const links = panel.fieldConfig.overrides.flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'links').flatMap(({ value }) => value as { readonly url: string }[]),
  )
  const fields = grafana.getFieldDisplayValuesProxy({ frame, rowIndex }) as Record<string, unknown>
  return links.map(({ url }) =>
    url.replace(OF_A_FIELD, (_, name: string) => encodeURIComponent(String(fields[name]))),
  )
}
