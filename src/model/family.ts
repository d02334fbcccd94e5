export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary'

/** Name, type and help of a metric family. The name of a counter ends in `_total`. */
export interface Family {
  readonly name: string
  readonly type: FamilyType
  readonly help: string
}

/** Labels with their values. */
export type Labels = Readonly<Record<string, string>>

/** One value with its labels. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
  /** If it differs from the name of the family: `…_bucket`, `…_sum`, `…_count`. */
  readonly name?: string
}

/** A family with its samples. */
export interface FilledFamily extends Family {
  readonly samples: readonly Sample[]
}

export type Format = 'text' | 'openmetrics'

/** `Content-Type` of each format. Prometheus 3 rejects a scrape with an unknown type. */
export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}
