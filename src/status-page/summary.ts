import type { Problem, Severity } from './problems.ts'
import type { Status } from './status.ts'
import { anchorOf, type Html, html, join, type Writer } from './writer.ts'

/** More lines than this hide the rest of the page. */
const MAX_LINES = 12

const CLASSES: Readonly<Record<Severity, string>> = { error: 'bad', warning: 'warn', note: 'warn' }

/** Whether everything is well, or what is wrong. @param problems worst first */
export function writeSummary(status: Status, problems: readonly Problem[], writer: Writer): Html {
  const { texts } = writer
  const { summary } = texts
  const reports = status.operations.flatMap((operation) => operation.reports)
  const counts = summary.counts(reports.length, status.operations.length)
  const [worst] = problems
  if (worst === undefined) {
    const isStarting = reports.length === 0 || reports.some(({ condition }) => condition === 'starting')
    const heading = isStarting ? summary.starting : summary.allWell
    return html`<section class="summary ${isStarting ? 'warn' : 'ok'}" aria-label="${summary.heading}"><h2>${heading}</h2><p class="soft">${counts}</p></section>`
  }
  const lines = problems.slice(0, MAX_LINES).map((problem) => writeProblem(problem, writer))
  const rest = problems.length - lines.length
  return html`<section class="summary ${CLASSES[worst.severity]}" aria-label="${summary.heading}"><h2>${summary.problems(problems.length)}</h2><p class="soft">${counts}</p>
<ul>
${join(lines)}
${rest > 0 ? html`<li>${summary.more(rest)}</li>` : ''}
</ul></section>`
}

function writeProblem(problem: Problem, writer: Writer): Html {
  const { summary } = writer.texts
  if (problem.kind === 'reload') {
    return html`<li>${summary.reloadFails(writer.format.age(problem.failingSince))}</li>`
  }
  if ('account' in problem) {
    return html`<li><a href="#accounts">${summary.account(problem.account.name)}</a>: ${accountText(problem, writer)}</li>`
  }
  const { operation, report } = problem
  const link = html`<a href="#${anchorOf(operation, report)}">${operation.name}, ${report.name}</a>`
  return html`<li>${link}: ${reportText(problem, writer)}</li>`
}

function accountText(
  { kind, account }: Extract<Problem, { account: unknown }>,
  { texts, format }: Writer,
): string {
  const { summary } = texts
  const { pausedUntil = 0, limitReached, usedToday, dailyLimit = 0 } = account
  if (kind === 'nearly used up') {
    return summary.nearlyUsedUp(format.count(usedToday), format.count(dailyLimit))
  }
  const text = limitReached ? summary.limitReached : summary.refusedByWolkvox
  return text(format.future(pausedUntil))
}

function reportText(problem: Extract<Problem, { report: unknown }>, { texts, format }: Writer): string {
  const { summary, reasons } = texts
  if (problem.kind === 'record limit') {
    return summary.recordLimit(format.count(problem.report.data?.records ?? 0))
  }
  if (problem.kind === 'rejected') {
    const { rejectedRecords, rejectedValues, hasFutureDates } = problem.refresh
    const rejected = summary.rejected(format.count(rejectedRecords), format.count(rejectedValues))
    return hasFutureDates ? `${rejected}; ${summary.futureDates}` : rejected
  }
  const { condition, failingSince, history } = problem.report
  const now = { stale: summary.stale, missing: summary.noData, failing: summary.failing }
  const what = condition === 'stale' || condition === 'missing' ? now[condition] : now.failing
  const failure = history[0]?.failure
  if (failingSince === undefined || failure === undefined) return `${what}; ${summary.staleWithoutFailure}`
  return `${what}; ${summary.failingFor(format.age(failingSince))} (${reasons[failure.reason]})`
}
