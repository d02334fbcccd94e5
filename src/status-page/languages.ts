/** The languages of the page, the default first. */
export const languages = ['en', 'es'] as const

export type Language = (typeof languages)[number]
