import { createRequire } from 'node:module'
import type * as GrafanaData from '@grafana/data'

// It expects a browser as soon as it is loaded, but asks that only for settings that need not be there.
Object.assign(globalThis, { window: globalThis })

/** Grafana's own code, of the oldest Grafana that the dashboards are for. */
export const grafana = createRequire(import.meta.url)('@grafana/data') as typeof GrafanaData

// Some go by two names there.
const transformers = new Map(Object.values(grafana.standardTransformers).map((one) => [one.id, one]))

grafana.standardTransformersRegistry.setInit(() =>
  [...transformers.values()].map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    transformation,
    editor: () => null,
  })),
)
