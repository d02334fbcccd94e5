/** A value is there, but cannot be read: it is counted and never becomes a sample. */
export const UNREADABLE = Symbol('unreadable')

/** What came of reading one value: itself, nothing there (`undefined`), or {@link UNREADABLE}. */
export type Reading<T> = T | undefined | typeof UNREADABLE

/** What a value's meaning may hang on besides its text. */
export interface ReadingContext {
  /** Moment of the fetch, in milliseconds since 1970. */
  readonly fetchedAt: number
  /** IANA time zone of the operation. */
  readonly timeZone: string
}

/** Reads one value of a record, as JSON gave it. */
export type Reader<T> = (value: unknown, context: ReadingContext) => Reading<T>
