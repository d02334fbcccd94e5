import { z } from 'zod'
import { reports } from '../reports/index.ts'
import type { RawValue, ValueSchema } from './setting.ts'

/** Only metrics of reports can be excluded: the others show whether the data is old or missing. */
const excludable = new Set(reports.flatMap(({ families }) => families.map(({ name }) => name)))

// A name of Prometheus. Another text may be a token in the wrong place and must not be repeated.
const METRIC_NAME = /^[a-z_:][a-z0-9_:]{0,99}$/i

/** Reads a list of names of metrics that are not exposed. */
export const excludedMetrics: ValueSchema<readonly string[], RawValue> = {
  schema: z.custom<RawValue>().transform((raw, context): readonly string[] => {
    const issue = (message: string, ...path: PropertyKey[]) =>
      context.addIssue({ code: 'custom', message, path })
    if (!Array.isArray(raw)) {
      issue('must be a list of metrics, such as [wolkvox_agent_calls]')
      return z.NEVER
    }
    const names = raw.map((name: RawValue) => (typeof name === 'string' ? name : ''))
    names.forEach((name, index) => {
      const named = METRIC_NAME.test(name) ? `${name} ` : ''
      if (names.indexOf(name) !== index) {
        issue(`${named}is listed twice; remove one`, index)
      } else if (!excludable.has(name)) {
        issue(
          `${named}is not a metric of a report; list only those, such as wolkvox_agent_calls, and not the metrics about the exporter itself`,
          index,
        )
      }
    })
    return context.issues.length > 0 ? z.NEVER : names
  }),
  json: { type: 'array', items: { enum: [...excludable] }, uniqueItems: true },
}
