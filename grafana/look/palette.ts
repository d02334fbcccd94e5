/**
 * Colours after Okabe and Ito, which people who see no red, no green or no blue can tell apart, the grey ones for what is
 * of no concern. Wherever one carries a meaning, a word, a number or a dash pattern carries it too.
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
  // As backgrounds: Grafana writes in black on what is lighter than 180 of 255, and white cannot be read on the three above.
  lightSky: '#8CCBF0',
  lightOrange: '#F5C04A',
  lightPurple: '#E3B0CB',
  none: 'transparent',
} as const

/** How good something is. */
export const level = {
  good: palette.green,
  watch: palette.lightOrange,
  bad: palette.vermilion,
  /** Nobody knows: there is no answer. */
  unknown: palette.grey,
} as const
