import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readText } from '../../tools/files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const UNIT = 'wolkvox-exporter.service'

/** The unit, alone or with one of its drop-ins. */
export interface Unit {
  readonly use: string
  readonly text: string
  /** The drop-in, empty without one. */
  readonly dropIn: string
  /** The settings that apply, in order. */
  readonly settings: readonly Setting[]
  readonly valuesOf: (name: string) => string[]
}

interface Setting {
  readonly name: string
  readonly value: string
}

/** Settings of which an empty value means none. */
const KEEPS_EMPTY: ReadonlySet<string> = new Set(['CapabilityBoundingSet', 'AmbientCapabilities'])

const text = readText(`deploy/systemd/${UNIT}`)

export const oneOperation = unitWith('one operation', '')

/** The name of the drop-in for several operations, which decides its place among others. */
export const SEVERAL = '10-several.conf'

export const severalOperations = unitWith('several operations', readText(`deploy/systemd/${SEVERAL}`))

function unitWith(use: string, dropIn: string): Unit {
  const settings = applicable(`${text}\n${dropIn}`)
  return {
    use,
    text,
    dropIn,
    settings,
    valuesOf: (name) => settings.filter((each) => each.name === name).map(({ value }) => value),
  }
}

/** The settings without comments. An empty value removes what the lines before it have set. */
function applicable(lines: string): Setting[] {
  let settings: Setting[] = []
  for (const [, name = '', value = ''] of lines.matchAll(/^(\w+)=(.*)$/gm)) {
    const isReset = value === '' && !KEEPS_EMPTY.has(name)
    settings = isReset ? settings.filter((each) => each.name !== name) : [...settings, { name, value }]
  }
  return settings
}

/**
 * Writes a unit and its drop-ins, by their names, where systemd-analyze finds all of them.
 *
 * @returns the path of the unit
 */
export function writeUnit(unit: string, dropIns: Readonly<Record<string, string>>): string {
  const path = join(temporaryFolder(), UNIT)
  writeFileSync(path, unit)
  mkdirSync(`${path}.d`)
  for (const [name, text] of Object.entries(dropIns)) writeFileSync(join(`${path}.d`, name), text)
  return path
}
