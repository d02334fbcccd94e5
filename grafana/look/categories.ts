import type { Category } from '../../src/wolkvox/categories.ts'
import { palette } from './palette.ts'

/** How a category of states looks. */
export interface Look {
  /** Of bars and areas. */
  readonly color: string
  /** Behind words. */
  readonly background: string
  /** Stands before the state's name, so that the category can be told without its colour. */
  readonly sign: string
}

/** All categories, in the order in which they are stacked and listed: from those on calls to those who are not there. */
export const looks: Readonly<Record<Category, Look>> = {
  talk: { color: palette.sky, background: palette.lightSky, sign: '☎' },
  ring: { color: palette.yellow, background: palette.yellow, sign: '♪' },
  acw: { color: palette.purple, background: palette.lightPurple, sign: '✎' },
  ready: { color: palette.green, background: palette.green, sign: '●' },
  aux: { color: palette.orange, background: palette.lightOrange, sign: '❚❚' },
  logout: { color: palette.grey, background: palette.grey, sign: '○' },
  unknown: { color: palette.pale, background: palette.pale, sign: '?' },
}

export const categories = Object.keys(looks) as readonly Category[]
