import { parseExposition } from '../../test/support/helpers.ts'
import type { Row } from '../run-bench.ts'
import type { Calls } from './calls.ts'
import { complaintsIn, filesIn, storedBy, whereItLanded } from './left-behind.ts'
import type { Life } from './life.ts'
import { faultsOfEmpty, faultsOfFull, older, readPage } from './page.ts'

/** What is known of all incarnations so far. */
export interface History {
  /** Judges a page of `/metrics` that was asked for when so many calls had come in. @returns what is wrong with it */
  readonly judge: (life: Life, text: string, callsBefore: number) => readonly string[]
  /** Looks at what the life has left behind. */
  readonly learn: (life: Life, report: (text: string) => void) => Promise<void>
  readonly lives: () => number
  readonly summary: () => Row[]
}

export function createHistory(folder: string, calls: Calls, agents: ReadonlySet<string>): History {
  const landed = { starting: 0, fetching: 0, writing: 0, otherwise: 0 }
  const setAside = new Set<string>()
  let lives = 0
  let restored = 0
  let pages = 0
  /** Moment of the data, in seconds since 1970, that is known to have reached its file. */
  let stored: number | undefined

  return {
    judge(life, text, callsBefore) {
      const page = readPage(parseExposition(text))
      pages += 1
      const { fetchedAt } = page
      if (fetchedAt === undefined) return faultsOfEmpty(page, stored)
      const before = life.served.at(-1)
      if (fetchedAt !== before) life.served.push(fetchedAt)
      life.restored ||= page.refreshes === 0
      const faults = [...faultsOfFull(page, agents), ...older(fetchedAt, before ?? stored)]
      if (page.requestsToday >= callsBefore) return faults
      return [...faults, `it counts ${page.requestsToday} calls today, yet ${callsBefore} have come in`]
    },
    async learn(life, report) {
      lives += 1
      restored += Number(life.restored)
      const complaints = complaintsIn(life.exporter.log())
      if (complaints.length > 0) report(`it has logged:\n${complaints.join('\n')}`)
      const files = await filesIn(folder)
      for (const { name } of files.filter((file) => file.name.endsWith('.set-aside'))) {
        if (!setAside.has(name)) report(`there is a ${name}`)
        setAside.add(name)
      }
      stored = storedBy(life, files) ?? stored
      landed[whereItLanded(life, files, calls.times.at(-1))] += 1
    },
    lives: () => lives,
    summary: () => [
      ['killed before it listened', landed.starting],
      ['killed while it fetched', landed.fetching],
      ['killed while it wrote a file', landed.writing],
      ['killed otherwise', landed.otherwise],
      ['served what was kept', restored],
      ['pages checked', pages],
    ],
  }
}
