import { describe, expect, it } from 'vitest'
import type { Moment } from '../../src/clock.ts'
import { shareBody } from '../../src/exposition/shared-body.ts'
import { withRequestToday } from '../../src/scheduling/budget.ts'
import {
  type ExporterState,
  initialState,
  type ReportState,
  withData,
  withNextRefresh,
} from '../../src/scheduling/state.ts'
import { anAccountState, anOperation, aRenderedSnapshot, momentAt } from '../../tools/fixtures.ts'
import { aReportSettings } from '../support/agents.ts'

const NOW = Date.parse('2026-03-10T17:00:00Z')

const aReport = (operation: string): ReportState =>
  withData(
    initialState(operation, aReportSettings(), NOW),
    aRenderedSnapshot({ fetchedAt: NOW }),
    momentAt(NOW),
  )

/** Two operations with an account each. */
function aState(): ExporterState {
  const names = ['ventas', 'soporte']
  return {
    accounts: names.map((account) => anAccountState({ account })),
    operations: names.map((name) => ({
      operation: anOperation({ name }),
      account: name,
      storageFailures: 0,
    })),
    reports: names.map(aReport),
  }
}

/** A body that is the number of times that it was made. The third attempt to make it fails. */
function aBody() {
  let state = aState()
  let made = 0
  const make = async (): Promise<number> => {
    made += 1
    if (made === 3) throw new Error('broken')
    return made
  }
  const ask = shareBody(() => state, make)
  return {
    at: (now: Moment | number) => ask(typeof now === 'number' ? momentAt(now) : now),
    change: (change: (state: ExporterState) => Partial<ExporterState>) => {
      state = { ...state, ...change(state) }
    },
  }
}

/** Changes the last of several values. */
function changeLast<T>(values: readonly T[], change: (value: T) => T): readonly T[] {
  return values.map((value, index) => (index === values.length - 1 ? change(value) : value))
}

describe('a body', () => {
  it('is made once for all scrapes within a second, also while it is being made', async () => {
    const body = aBody()
    expect(await Promise.all([body.at(NOW), body.at(NOW), body.at(NOW + 999)])).toEqual([1, 1, 1])
    expect(await body.at(NOW + 1000)).toBe(2)
  })

  it('is made again as soon as a report changes', async () => {
    const body = aBody()
    await body.at(NOW)
    body.change(({ reports }) => ({ reports: changeLast(reports, (report) => withNextRefresh(report, 1)) }))
    expect(await body.at(NOW)).toBe(2)
  })

  it.each<[string, (state: ExporterState) => Partial<ExporterState>]>([
    [
      'an account changes',
      ({ accounts }) => ({ accounts: changeLast(accounts, (account) => withRequestToday(account, NOW)) }),
    ],
    [
      'an operation changes',
      ({ operations }) => ({
        operations: changeLast(operations, (operation) => ({ ...operation, storageFailures: 1 })),
      }),
    ],
    ['an account is removed', ({ accounts }) => ({ accounts: accounts.slice(1) })],
    ['an operation is removed', ({ operations }) => ({ operations: operations.slice(1) })],
    ['a report is removed', ({ reports }) => ({ reports: reports.slice(1) })],
    ['a report is added', ({ reports }) => ({ reports: [...reports, aReport('cobros')] })],
  ])('is made again as soon as %s', async (_what, change) => {
    const body = aBody()
    await body.at(NOW)
    body.change(change)
    expect(await body.at(NOW)).toBe(2)
  })

  it('is made again as soon as data is stale', async () => {
    const body = aBody()
    const stale = NOW + aReportSettings().staleAfterMs
    expect(await body.at(stale)).toBe(1)
    expect(await body.at(stale + 1)).toBe(2)
  })

  it('that fails late does not replace one that was made since', async () => {
    let fail = (_error: Error) => {}
    const bodies = [new Promise<number>((_resolve, reject) => (fail = reject)), Promise.resolve(2)]
    let state: ExporterState = { accounts: [], operations: [], reports: [] }
    const ask = shareBody(
      () => state,
      async () => bodies.shift() ?? 3,
    )
    const first = ask(momentAt(NOW))
    state = aState()
    expect(await ask(momentAt(NOW))).toBe(2)
    fail(new Error('late'))
    await expect(first).rejects.toThrow('late')
    expect(await ask(momentAt(NOW))).toBe(2)
  })

  it('that could not be made is made again for the next scrape', async () => {
    const body = aBody()
    await body.at(NOW)
    await body.at(NOW + 1000)
    await expect(body.at(NOW + 2000)).rejects.toThrow('broken')
    expect(await body.at(NOW + 2000)).toBe(4)
  })
})
