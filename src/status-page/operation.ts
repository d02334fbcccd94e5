import type { Problem } from './problems.ts'
import type { Condition, OperationStatus, RefreshRecord, ReportStatus } from './status.ts'
import { anchorOf, type Html, html, join, type Writer } from './writer.ts'

const CLASSES: Readonly<Record<Condition, string>> = {
  ok: 'ok',
  starting: 'warn',
  failing: 'warn',
  stale: 'bad',
  missing: 'bad',
}

/** The part about an operation: its reports with their refreshes. */
export function writeOperation(operation: OperationStatus, writer: Writer): Html {
  const { facts } = writer.texts
  const { reports, storageFailures } = operation
  return writeSection(
    operation,
    html`${join(reports.map((report) => writeReport(operation, report, writer, { withHistory: true })))}
${storageFailures > 0 ? html`<p class="soft">${facts.storageFailures(writer.format.count(storageFailures))}</p>` : ''}`,
    writer,
  )
}

/** The part about several operations: only what is wrong in detail, with links to the operations. */
export function writeOverview(
  operations: readonly OperationStatus[],
  problems: readonly Problem[],
  writer: Writer,
): Html {
  const troubled = new Set(problems.flatMap((problem) => ('report' in problem ? [problem.report] : [])))
  const isTroubled = ({ reports }: OperationStatus) => reports.some((report) => troubled.has(report))
  const { overview } = writer.texts
  const parts = operations.filter(isTroubled).map((operation) => {
    const shown = operation.reports.filter((report) => troubled.has(report))
    const others = operation.reports.length - shown.length
    return writeSection(
      operation,
      html`${join(shown.map((report) => writeReport(operation, report, writer, { withHistory: false })))}
<p>${others > 0 ? `${overview.wellReports(others)}. ` : ''}<a href="${linkTo(operation)}">${overview.details}</a></p>`,
      writer,
    )
  })
  const others = operations.filter((operation) => !isTroubled(operation))
  return html`${join(parts)}
${others.length === 0 ? '' : writeTable(others, writer)}`
}

const linkTo = ({ name }: OperationStatus) => `?operation=${encodeURIComponent(name)}`

function writeSection(operation: OperationStatus, content: Html, { texts }: Writer): Html {
  const id = anchorOf(operation)
  return html`<section aria-labelledby="${id}"><div class="bar"><h2 id="${id}">${operation.name}</h2><span class="soft">${texts.times(operation.timeZone)}</span></div>
${content}</section>`
}

function writeTable(operations: readonly OperationStatus[], { texts, format }: Writer): Html {
  const { overview, facts } = texts
  const rows = operations.map((operation) => {
    const fetched = operation.reports.flatMap(({ data }) => (data === undefined ? [] : [data.fetchedAt]))
    const oldest = fetched.length === 0 ? facts.none : format.past(Math.min(...fetched))
    return html`<tr><th scope="row"><a href="${linkTo(operation)}">${operation.name}</a></th><td class="number">${operation.reports.length}</td><td>${oldest}</td></tr>`
  })
  return html`<section aria-labelledby="well"><h2 id="well">${overview.heading}</h2>
<table class="plain"><thead><tr><th scope="col">${overview.operation}</th><th scope="col" class="number">${overview.reports}</th><th scope="col">${overview.oldestData}</th></tr></thead>
<tbody>
${join(rows)}
</tbody></table></section>`
}

function writeReport(
  operation: OperationStatus,
  report: ReportStatus,
  writer: Writer,
  { withHistory }: { readonly withHistory: boolean },
): Html {
  const { texts } = writer
  const { name, condition } = report
  return html`<article id="${anchorOf(operation, report)}"><div class="bar"><h3>${name}</h3><span class="badge ${CLASSES[condition]}">${texts.conditions[condition]}</span></div>
${writeFailure(report, writer)}
${writeFacts(operation, report, writer)}
${withHistory ? writeHistory(operation, report, writer) : ''}</article>`
}

/** Why the last refresh failed, and what to do. The message of the exporter is English, as in the log. */
function writeFailure({ condition, history }: ReportStatus, { texts }: Writer): Html {
  const failure = history[0]?.failure
  if (failure === undefined) return html``
  const { reason, message } = failure
  return html`<div class="failure ${CLASSES[condition]}"><p><strong>${texts.reasons[reason]}</strong> (<code>${reason}</code>): <span lang="en">${message}</span></p>
<p>${texts.summary.whatToDo} ${texts.hints[reason]}</p></div>`
}

function writeFacts({ timeZone }: OperationStatus, report: ReportStatus, { texts, format }: Writer): Html {
  const { facts } = texts
  const { data, inProgress, nextRefreshAt, intervalMs, staleAfterMs } = report
  const moment = (at: number) =>
    html`<time datetime="${new Date(at).toISOString()}">${format.clock(at, timeZone)}</time>`
  const age =
    data &&
    html`${format.past(data.fetchedAt)}<span class="soft">${moment(data.fetchedAt)}; ${facts.staleFrom(format.span(staleAfterMs))}</span>`
  const served = data && data.rows < data.records ? format.count(data.rows) : undefined
  const next = inProgress ? facts.inProgress : format.future(nextRefreshAt)
  const failure = report.history.find((refresh) => refresh.failure !== undefined)
  const last =
    failure?.failure === undefined
      ? html`${facts.noFailure}`
      : html`${format.past(failure.startedAt)}<span class="soft">${texts.reasons[failure.failure.reason]}, ${moment(failure.startedAt)}</span>`
  const entries: readonly (readonly [string, Html])[] = [
    [facts.data, age ?? html`${facts.none}`],
    [
      facts.records,
      html`${data === undefined ? facts.none : facts.recordCount(format.count(data.records), served)}`,
    ],
    [
      facts.nextRefresh,
      html`${next}<span class="soft">${moment(nextRefreshAt)}; ${facts.interval(format.span(intervalMs))}</span>`,
    ],
    [facts.lastFailure, last],
  ]
  return html`<dl>${join(entries.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`))}</dl>`
}

function writeHistory(operation: OperationStatus, report: ReportStatus, writer: Writer): Html {
  const { history: texts } = writer.texts
  const { history } = report
  if (history.length === 0) return html`<p class="soft">${texts.empty}</p>`
  const caption = texts.caption(operation.name, report.name)
  const columns = [texts.duration, texts.requests, texts.records, texts.rejected, texts.size, texts.status]
  // The scrolling part takes the focus, so that the keyboard can scroll it.
  return html`<details id="${anchorOf(operation, report)}/refreshes"><summary>${texts.heading(history.length)}</summary>
<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<thead><tr><th scope="col">${texts.start}</th><th scope="col">${texts.result}</th>${join(columns.map((column) => html`<th scope="col" class="number">${column}</th>`))}</tr></thead>
<tbody>
${join(history.map((refresh) => writeRefresh(refresh, operation.timeZone, writer)))}
</tbody></table></div></details>`
}

function writeRefresh(refresh: RefreshRecord, timeZone: string, { texts, format }: Writer): Html {
  const { startedAt, failure, received, records, durationMs, requests } = refresh
  const rejected = refresh.rejectedRecords + refresh.rejectedValues
  const result =
    failure === undefined
      ? html`<td>${texts.history.ok}</td>`
      : html`<td class="words failed">${texts.reasons[failure.reason]}: <span lang="en">${failure.message}</span></td>`
  const numbers = [
    format.seconds(durationMs),
    format.count(requests),
    records === undefined ? '' : format.count(records),
    rejected === 0 ? '' : format.count(rejected),
    received === undefined ? '' : format.size(received.bytes),
    received === undefined ? '' : String(received.status),
  ]
  return html`<tr><td><time datetime="${new Date(startedAt).toISOString()}">${format.clock(startedAt, timeZone)}</time></td>${result}${join(numbers.map((number) => html`<td class="number">${number}</td>`))}</tr>`
}
