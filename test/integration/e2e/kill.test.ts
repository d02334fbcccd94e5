import { expect, it } from 'vitest'
import { killAtRandomMoments } from '../../../bench/kill.ts'

const KILLS = 8

it('goes on where it was after kill -9 at any moment, with whole data and no call too many', async () => {
  const lines: string[] = []
  const { breaches } = await killAtRandomMoments({ kills: KILLS, seed: 1, print: (line) => lines.push(line) })
  expect(breaches, lines.join('\n')).toEqual([])
}, 60_000)
