import { htmlEscape } from 'escape-goat'
import { CONTENT_SECURITY_POLICY, SCRIPT, STYLE } from './assets.ts'
import { english } from './english.ts'
import { createFormat } from './format.ts'
import type { Language } from './languages.ts'
import { writeOperation, writeOverview } from './operation.ts'
import { NEARLY_USED_UP, type Problem, problemsOf } from './problems.ts'
import { spanish } from './spanish.ts'
import type { Status } from './status.ts'
import { writeSummary } from './summary.ts'
import type { Texts } from './texts.ts'
import { type Html, html, join, type Writer } from './writer.ts'

/** The HTML of the page, and the header with which a browser has to get it. */
export interface RenderedPage {
  readonly html: string
  readonly contentSecurityPolicy: string
}

const LANGUAGES: Readonly<Record<Language, Texts>> = { en: english, es: spanish }

/** Above this number of reports, the page is an overview, and the refreshes are on the page of each operation. */
const MAX_IN_DETAIL = 14

/**
 * Writes the status page.
 *
 * @param telemetryPath of the exporter; all links of the page are relative, so that it works behind a path prefix
 */
export function renderStatusPage(status: Status, telemetryPath: string, language: Language): RenderedPage {
  const { only } = status
  const texts = LANGUAGES[language]
  const writer = { texts, format: createFormat(texts.locale, status.now) }
  const reports = status.operations.reduce((sum, operation) => sum + operation.reports.length, 0)
  const isOverview = only === undefined && reports > MAX_IN_DETAIL
  const problems = problemsOf(status)
  const body = html`
<header>
<div class="top"><h1>${texts.title}</h1><p class="soft">${texts.version(status.version)}</p></div>
${only === undefined ? '' : html`<p class="nav"><a href="./">${texts.allOperations}</a></p>`}
</header>
<main>
${writeSummary(status, problems, writer)}
${isOverview ? writeOverview(status.operations, problems, writer) : join(status.operations.map((operation) => writeOperation(operation, writer)))}
${writeAccounts(status, writer)}
</main>
${writeFooter(status, telemetryPath, writer)}`
  return {
    html: documentOf(language, texts, only, problems, body),
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
  }
}

/** The number of problems comes first: a browser shows only the beginning of a title in its tab. */
function documentOf(
  language: Language,
  texts: Texts,
  only: string | undefined,
  problems: readonly Problem[],
  body: Html,
): string {
  const count = problems.length === 0 ? '' : `(${problems.length}) `
  const title = `${count}${only === undefined ? '' : `${only} – `}${texts.title}`
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlEscape(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>${body}
<script>${SCRIPT}</script>
</body>
</html>
`
}

function writeAccounts({ accounts }: Status, { texts: { accounts: texts }, format }: Writer): Html {
  const rows = accounts.map((account) => {
    const { name, timeZone, usedToday, otherRequestsToday, dailyLimit, dayEndsAt } = account
    const used = format.count(usedToday)
    const others =
      otherRequestsToday === undefined
        ? ''
        : html`<span class="soft">${texts.others(format.count(otherRequestsToday))}</span>`
    const usage =
      dailyLimit === undefined
        ? html`${texts.withoutLimit(used)}`
        : html`${texts.of(used, format.count(dailyLimit))}<meter min="0" max="${dailyLimit}" high="${dailyLimit * NEARLY_USED_UP}" value="${usedToday}" aria-label="${texts.usage(name)}"></meter>`
    return html`<tr><th scope="row">${name}</th><td>${usage}${others}</td><td>${format.future(dayEndsAt)}<span class="soft">${format.clock(dayEndsAt, timeZone)} (${timeZone})</span></td></tr>`
  })
  return html`<section aria-labelledby="accounts"><h2 id="accounts">${texts.heading}</h2>
<table class="plain"><thead><tr><th scope="col">${texts.account}</th><th scope="col">${texts.today}</th><th scope="col">${texts.dayEnds}</th></tr></thead>
<tbody>
${join(rows)}
</tbody></table>
<p class="soft">${texts.explanation}</p></section>`
}

function writeFooter({ now, operations }: Status, telemetryPath: string, { texts, format }: Writer): Html {
  const { endpoints } = texts
  const timeZone = operations[0]?.timeZone ?? 'UTC'
  const links = [
    [`.${telemetryPath}`, endpoints.metrics],
    ['./-/healthy', endpoints.healthy],
    ['./-/ready', endpoints.ready],
  ] as const
  return html`<footer><nav aria-label="${endpoints.heading}"><ul>
${join(links.map(([href, text]) => html`<li><a href="${href}">${text}</a></li>`))}
</ul></nav>
<p class="soft">${texts.asOf} ${format.clock(now, timeZone)} (${timeZone})</p>
<p class="soft"><label hidden><input type="checkbox" id="reload" checked> ${texts.autoRefresh}</label></p></footer>`
}
