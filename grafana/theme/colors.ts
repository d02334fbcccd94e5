import type { Category } from '../../src/reports/agents/categories.ts'

/**
 * Colours by Okabe and Ito, which people with any kind of colour blindness can tell apart, and greys. A colour never carries a
 * meaning alone: a word, a number, a sign or a dash pattern carries it too.
 */
export const palette = {
  green: '#009E73',
  sky: '#56B4E9',
  blue: '#0072B2',
  yellow: '#F0E442',
  orange: '#E69F00',
  vermilion: '#D55E00',
  purple: '#CC79A7',
  grey: '#7F8790',
  pale: '#B7BFC9',
  // Backgrounds. On colours brighter than 180 of 255 Grafana writes in black; its white is hard to read on the three above.
  lightSky: '#8CCBF0',
  lightOrange: '#F5C04A',
  lightPurple: '#E3B0CB',
  none: 'transparent',
} as const

/** How good a value is. */
export const level = {
  good: palette.green,
  watch: palette.lightOrange,
  bad: palette.vermilion,
  /** There is no data. */
  unknown: palette.grey,
} as const

/** How a category of states looks. */
export interface Look {
  /** Colour of bars and areas. */
  readonly color: string
  /** Background of text. */
  readonly background: string
  /** Shown before the state's name, so that the category is visible without its colour. */
  readonly sign: string
}

/** All categories in the order in which they are stacked and listed. */
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
