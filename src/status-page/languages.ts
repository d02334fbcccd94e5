/** The languages of the page, the default first. */
export const languages = ['en', 'es'] as const

/** One of {@link languages}. */
export type Language = (typeof languages)[number]
