import { htmlEscape } from 'escape-goat'
import type { LocaleFormat } from './format.ts'
import type { OperationStatus, ReportStatus } from './status.ts'
import type { Texts } from './texts.ts'

/** What writes a part of the page in one language. */
export interface Writer {
  readonly texts: Texts
  readonly format: LocaleFormat
}

/** Markup that needs no escaping. Only {@link html} and {@link join} make it. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** Makes markup. Every value that is not markup itself is escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html)[]): Html {
  const texts = values.map((value) => (value instanceof Html ? String(value) : htmlEscape(String(value))))
  return new Html(String.raw({ raw: parts }, ...texts))
}

/** Puts markup together, one part per line. */
export function join(parts: readonly Html[]): Html {
  return new Html(parts.map(String).join('\n'))
}

/** The id of a report's part of the page. Ids contain no white space. */
export function anchorOf(operation: OperationStatus, report?: ReportStatus): string {
  const names = report === undefined ? [operation.name] : [operation.name, report.name]
  return ['operation', ...names.map(encodeURIComponent)].join('/')
}
