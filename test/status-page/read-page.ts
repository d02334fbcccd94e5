import type { ExporterState } from '../../src/scheduling/state.ts'
import type { Language } from '../../src/status-page/languages.ts'
import { renderStatusPage } from '../../src/status-page/page.ts'
import { describeStatus } from '../../src/status-page/status.ts'
import { momentAt } from '../../tools/fixtures.ts'
import { NOW } from '../support/status.ts'

interface Options {
  readonly language?: Language
  readonly only?: string
  readonly telemetryPath?: string
  readonly now?: number
  readonly reloadFailingSince?: number
}

/** The HTML of the status page. */
export function pageOf(
  state: ExporterState,
  { language = 'en', only, telemetryPath = '/metrics', now = NOW, reloadFailingSince }: Options = {},
): string {
  const status = describeStatus('1.2.3', state, momentAt(now), only, reloadFailingSince)
  if (status === undefined) throw new Error(`no such operation: ${only}`)
  return renderStatusPage(status, telemetryPath, language).html
}

/** The words of a piece of HTML, one space apart. */
export function wordsOf(markup: string): string {
  return markup
    .replace(/<(style|script)>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/ (?=[;:,.])/g, '')
    .trim()
}

/** The words of the part about a report. */
export function reportWords(page: string, operation: string, report: string): string {
  const [, rest = ''] = page.split(`<article id="operation/${operation}/${report}">`)
  return wordsOf(rest.split('</article>')[0] ?? '')
}

/** The words of each line of the summary, the heading first. */
export function summaryOf(page: string): string[] {
  const [, summary = ''] = /<section class="summary.*?<\/section>/s.exec(page)?.[0].split(/(?=<h2)/) ?? []
  const [heading = '', ...lines] = summary.split(/<li>/)
  return [wordsOf(heading), ...lines.map(wordsOf)]
}
