import { sectionOf } from '../yaml-text.ts'
import { accountIdOf } from './account.ts'
import { dailyCallsOf, excessProblem } from './daily-calls.ts'
import type { Operation } from './operation.ts'
import { intervalPlace, type RawSettings, type SettingProblem, shortestOf } from './read-operation.ts'
import { settings } from './settings.ts'

/** An operation of a file, with its raw settings. */
export interface ListedOperation {
  /** Its place in the list of operations. */
  readonly index: number
  readonly raw: RawSettings
  readonly operation: Operation
}

/** A problem of an operation of a file. */
export interface OperationProblem extends SettingProblem {
  readonly index: number
}

/**
 * Lets the operations of each account agree on what belongs to the account: an operation that says nothing about licences or time
 * zone takes those of the others. Reports operations that contradict each other, and accounts whose operations together exceed the
 * daily limit.
 */
export function agreeOnAccounts(listed: readonly ListedOperation[]): {
  readonly operations: readonly Operation[]
  readonly problems: readonly OperationProblem[]
} {
  const problems: OperationProblem[] = []
  const agreed = new Map<number, Operation>()
  for (const ofAccount of Map.groupBy(listed, ({ operation }) => accountIdOf(operation)).values()) {
    const licenses = agreedValue(ofAccount, 'licenses', 'number', problems)
    const timeZone = agreedValue(ofAccount, 'timeZone', 'time zone', problems)
    const operations = ofAccount.map(({ index, operation }) => {
      const agreedOperation = { ...operation, licenses, timeZone: timeZone ?? operation.timeZone }
      agreed.set(index, agreedOperation)
      return agreedOperation
    })
    // Reading a single operation already reports its excess.
    const excess = ofAccount.length > 1 ? excessProblem(dailyCallsOf(operations)) : undefined
    if (excess !== undefined) problems.push({ ...placeOfShortest(ofAccount), message: excess })
  }
  return { operations: listed.map(({ index, operation }) => agreed.get(index) ?? operation), problems }
}

/** Where the shortest interval of an account is written. */
function placeOfShortest(
  listed: readonly ListedOperation[],
): Pick<OperationProblem, 'index' | 'setting' | 'at'> {
  const { index, raw, name } = shortestOf(
    listed.flatMap(({ index, raw, operation: { reports } }) =>
      reports.map(({ name, refreshIntervalMs }) => ({ index, raw, name, refreshIntervalMs })),
    ),
  )
  const refreshInterval = sectionOf(sectionOf(raw, 'reports'), name)[settings.refreshInterval.key]
  return { index, ...intervalPlace({ name, refreshInterval }) }
}

function agreedValue<S extends 'licenses' | 'timeZone'>(
  listed: readonly ListedOperation[],
  setting: S,
  what: string,
  problems: OperationProblem[],
): Operation[S] | undefined {
  const [first, ...others] = listed.filter(({ raw }) => raw[setting] !== undefined)
  for (const { index, operation } of others) {
    if (first === undefined || operation[setting] === first.operation[setting]) continue
    const message = `differs from operations[${first.index}], which has the same account (server and base URL); set both to the same ${what}`
    problems.push({ index, setting, message })
  }
  return first?.operation[setting]
}
