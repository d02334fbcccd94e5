import { expect, it } from 'vitest'
import { killAtRandomTimes } from '../../../bench/kill.ts'

const KILLS = 8

it('resumes after kill -9 at any time, with complete data and no additional request', async () => {
  const lines: string[] = []
  const { violations } = await killAtRandomTimes({ kills: KILLS, seed: 1, print: (line) => lines.push(line) })
  expect(violations, lines.join('\n')).toEqual([])
}, 60_000)
