import type { AnnotationQuery, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'
import { readText } from '../../tools/files.ts'
import { type Language, languages } from '../dashboards.ts'
import { type Name, names } from '../layout/links.ts'

/** An override of a field. */
export interface Property {
  readonly id: string
  readonly value?: unknown
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description: string
  readonly datasource: { readonly type: string; readonly uid: string }
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly interval?: string
  readonly maxDataPoints?: number
  readonly transformations?: readonly { readonly id: string; readonly options: unknown }[]
  readonly targets: readonly {
    readonly refId: string
    readonly expr: string
    readonly instant: boolean
    readonly format?: string
    readonly legendFormat: string
    readonly datasource: { readonly uid: string }
  }[]
  readonly options: Readonly<Record<string, unknown>>
  readonly fieldConfig: {
    readonly defaults: {
      readonly min?: number
      readonly decimals?: number
      readonly thresholds?: {
        readonly steps: readonly { readonly value: number | null; readonly color: string }[]
      }
      readonly custom?: Readonly<Record<string, unknown>>
      readonly unit?: string
      readonly noValue?: string
      readonly mappings?: readonly unknown[]
    }
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options: string }
      readonly properties: readonly Property[]
    }[]
  }
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly tags: readonly string[]
  readonly editable: boolean
  readonly panels: readonly Panel[]
  readonly links: readonly { readonly title: string; readonly url: string }[]
  readonly templating: { readonly list: readonly VariableModel[] }
  readonly annotations: {
    readonly list: readonly (AnnotationQuery & {
      readonly step: string
      readonly tagKeys: string
      readonly titleFormat: string
      readonly textFormat: string
      readonly useValueForTime: boolean
    })[]
  }
}

export interface File {
  readonly language: Language
  readonly name: Name
  readonly path: string
  readonly dashboard: Dashboard
}

/** The dashboards from their files, as Grafana reads them. */
export const files: readonly File[] = (Object.keys(languages) as Language[]).flatMap((language) =>
  names.map((name) => {
    const path = `grafana/dashboards/${language}/${name}.json`
    return { language, name, path, dashboard: JSON.parse(readText(path)) as Dashboard }
  }),
)

/** A dashboard in a language. */
export function fileOf(name: Name, language: Language): File {
  const file = files.find((file) => file.name === name && file.language === language)
  if (file === undefined) throw new Error(`no dashboard ${name} in ${language}`)
  return file
}
