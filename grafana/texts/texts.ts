import type { es } from './es.ts'

/** What each language has to say: a text that one of them lacks is a type error. */
export type Texts = typeof es

/** A panel's heading, and what its question mark tells. */
export interface PanelText {
  readonly title: string
  readonly description: string
}
