import { html } from './drawing.ts'

const ROW = 18
const MARGIN = 4

// Of a letter, and of a key with the gap after it, in pixels.
const LETTER = 7
const KEY = 40

/** What a legend says of one series. */
export interface Key {
  readonly name: string
  readonly color: string
  /** Lengths of dashes and gaps, as SVG has them. */
  readonly dash?: string
}

/** A legend in as many rows as it takes. @param width in pixels, as is the height */
export function drawLegend(
  keys: readonly Key[],
  width: number,
): { readonly html: string; readonly height: number } {
  let rows = 1
  let used = 0
  for (const { name } of keys) {
    const needed = KEY + name.length * LETTER
    if (used > 0 && used + needed > width) {
      rows += 1
      used = 0
    }
    used += needed
  }
  const spans = keys.map(
    ({ name, color, dash = '' }) =>
      `<span><svg width="18" height="8"><path d="M0 4H18" stroke="${color}" stroke-width="3" stroke-dasharray="${dash}"/></svg> ${html(name)}</span>`,
  )
  return { html: `<div class="legend">${spans.join('')}</div>`, height: rows * ROW + MARGIN }
}
