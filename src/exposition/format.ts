export type Format = 'text' | 'openmetrics'

/** `Content-Type` of each format; Prometheus 3 refuses a scrape whose type it does not know. */
export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}
