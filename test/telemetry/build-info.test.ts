import { readFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { readBuildInfo } from '../../src/telemetry/build-info.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('takes the version from the package', () => {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  expect(readBuildInfo()).toMatchObject({ version, nodeVersion: process.version })
})

it.each([
  ['as the build recorded it', 'abc123', 'abc123'],
  ['as unknown where it recorded none', undefined, 'unknown'],
  ['as unknown where it recorded an empty one, as an unset build argument does', '', 'unknown'],
])('tells the revision %s', (_, recorded, revision) => {
  vi.stubEnv('WOLKVOX_EXPORTER_REVISION', recorded)
  expect(readBuildInfo().revision).toBe(revision)
})
