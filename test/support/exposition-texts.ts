import { constants, gzipSync, inflateRawSync } from 'node:zlib'
import type { Body } from '../../src/exposition/exposition.ts'
import type { Segment } from '../../src/model/outcome.ts'

/** The text of each agent family of an exposition, headers included, by name. */
export function agentFamiliesOf(text: string): Record<string, string> {
  const families = text.split(/^(?=# HELP )/m).map((family) => [family.split(' ')[2] ?? '', family] as const)
  return Object.fromEntries(families.filter(([name]) => name.startsWith('wolkvox_agent_')))
}

/** The concatenated text of segments. */
export function textOfSegments(segments: readonly Segment[]): string {
  const texts = segments.map(({ deflated }) =>
    inflateRawSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH }),
  )
  return Buffer.concat(texts).toString()
}

/** A body with this text. */
export function aBody(text: string): Body {
  const gzipped = gzipSync(text)
  return { gzipped: [gzipped], gzippedLength: gzipped.length, length: Buffer.byteLength(text) }
}
