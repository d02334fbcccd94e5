/** Why a record is rejected: the values of the label `reason`. */
export const recordRejections = ['missing_id', 'duplicate', 'not_an_object', 'unparsable'] as const

export type RecordRejection = (typeof recordRejections)[number]

/** What of a response was rejected; zero counts may be missing. */
export interface Rejections {
  readonly records: Readonly<Partial<Record<RecordRejection, number>>>
  /** Unreadable values, under wolkvox's name of the field. */
  readonly values: Readonly<Record<string, number>>
  /** How many of these values are dates in the future. Absent if none is. */
  readonly futureDates?: number
}
