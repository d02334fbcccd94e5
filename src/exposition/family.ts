export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary'

/** Name, type and explanation of a family; of a counter, the name ends in `_total`. */
export interface Family {
  readonly name: string
  readonly type: FamilyType
  readonly help: string
}

export type Labels = Readonly<Record<string, string>>

/** One number with its labels. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
  /** Where it is not the family's own: `…_bucket`, `…_sum`, `…_count`. */
  readonly name?: string
}

/** A family with its samples. */
export interface FilledFamily extends Family {
  readonly samples: readonly Sample[]
}
