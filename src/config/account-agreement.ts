import { sectionOf } from '../yaml-text.ts'
import { dailyCallsOf, excessOf } from './daily-calls.ts'
import { accountIdOf, type Operation } from './operation.ts'
import { intervalPlace, type RawSettings, type SettingProblem, shortestOf } from './read-operation.ts'
import { settings } from './settings.ts'

/** One of several operations, with its raw settings. */
export interface Member {
  /** Its place in the list of operations. */
  readonly index: number
  readonly raw: RawSettings
  readonly operation: Operation
}

/** A problem of one of several operations. */
export interface MemberProblem extends SettingProblem {
  readonly index: number
}

/**
 * Lets the operations of each account agree on what belongs to the account: an operation that says nothing about licences or time
 * zone takes those of the others. Reports operations that contradict each other, and accounts whose operations together exceed the
 * daily limit.
 */
export function agreeOnAccounts(members: readonly Member[]): {
  readonly operations: readonly Operation[]
  readonly problems: readonly MemberProblem[]
} {
  const problems: MemberProblem[] = []
  const agreed = new Map<number, Operation>()
  for (const ofAccount of Map.groupBy(members, ({ operation }) => accountIdOf(operation)).values()) {
    const licenses = agreedValue(ofAccount, 'licenses', 'number', problems)
    const timeZone = agreedValue(ofAccount, 'timeZone', 'time zone', problems)
    const operations = ofAccount.map(({ index, operation }) => {
      const same = { ...operation, licenses, timeZone: timeZone ?? operation.timeZone }
      agreed.set(index, same)
      return same
    })
    // Reading a single operation already reports its excess.
    const excess = ofAccount.length > 1 ? excessOf(dailyCallsOf(operations)) : undefined
    if (excess !== undefined) problems.push({ ...placeOfShortest(ofAccount), message: excess })
  }
  return { operations: members.map(({ index, operation }) => agreed.get(index) ?? operation), problems }
}

/** Where the shortest interval of an account is written. */
function placeOfShortest(members: readonly Member[]): Pick<MemberProblem, 'index' | 'setting' | 'at'> {
  const { index, raw, name } = shortestOf(
    members.flatMap(({ index, raw, operation: { reports } }) =>
      reports.map(({ name, refreshIntervalMs }) => ({ index, raw, name, refreshIntervalMs })),
    ),
  )
  const refreshInterval = sectionOf(sectionOf(raw, 'reports'), name)[settings.refreshInterval.key]
  return { index, ...intervalPlace({ name, refreshInterval }) }
}

function agreedValue<S extends 'licenses' | 'timeZone'>(
  members: readonly Member[],
  setting: S,
  what: string,
  problems: MemberProblem[],
): Operation[S] | undefined {
  const [first, ...others] = members.filter(({ raw }) => raw[setting] !== undefined)
  for (const { index, operation } of others) {
    if (first === undefined || operation[setting] === first.operation[setting]) continue
    const message = `differs from operations[${first.index}], which has the same account (server and base URL); set both to the same ${what}`
    problems.push({ index, setting, message })
  }
  return first?.operation[setting]
}
