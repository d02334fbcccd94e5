import { readFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { readBuildInfo } from '../src/build-info.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('reads the version of the package', () => {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  expect(readBuildInfo()).toMatchObject({ version, nodeVersion: process.version })
})

it.each([
  ['set by the build', 'abc123', 'abc123'],
  ['unknown if the build sets none', undefined, 'unknown'],
  ['unknown if the build sets an empty one, like an unset build argument', '', 'unknown'],
])('has the revision %s', (_, variable, revision) => {
  vi.stubEnv('WOLKVOX_EXPORTER_REVISION', variable)
  expect(readBuildInfo().revision).toBe(revision)
})
