import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import type { Environment } from '../../src/config/variables.ts'
import { aCa, aCertificate } from '../support/certificates.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const REQUIRED = { WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN: 'test-token' }

async function problemsOf(environment: Environment): Promise<readonly string[]> {
  try {
    await readEnvironment({ ...REQUIRED, ...environment })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

function write(content: string): string {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, content)
  return path
}

describe('the CA file', () => {
  it('is read once, and becomes part of the operation', async () => {
    const { cert } = await aCa()
    const { operations, warnings } = await readEnvironment({ ...REQUIRED, WOLKVOX_CA_FILE: write(cert) })
    expect(operations[0]?.caCertificates).toContain('BEGIN CERTIFICATE')
    expect(warnings).toEqual([])
  })

  it('causes a warning if it has expired', async () => {
    const { cert } = await aCertificate({ daysLeft: -1 })
    const { warnings } = await readEnvironment({ ...REQUIRED, WOLKVOX_CA_FILE: write(cert) })
    expect(warnings).toEqual([
      expect.stringMatching(/^WOLKVOX_CA_FILE: certificate 1 expired on \d{4}-\d\d-\d\d/),
    ])
  })

  it('is reported with its variable if it is wrong, once', async () => {
    expect(await problemsOf({ WOLKVOX_CA_FILE: '/nowhere/ca.pem' })).toEqual([
      'WOLKVOX_CA_FILE: cannot be read (ENOENT); set it to a file that this user can read',
    ])
    expect(await problemsOf({ WOLKVOX_CA_FILE: '~/ca.pem' })).toEqual([
      expect.stringMatching(/^WOLKVOX_CA_FILE: starts with ~/),
    ])
  })
})

describe('the files of a configuration', () => {
  it('are those of the token and of the CA', async () => {
    expect((await readEnvironment(REQUIRED)).source?.files).toEqual([])
    const token = write('test-token')
    const ca = write((await aCa()).cert)
    const { source } = await readEnvironment({
      WOLKVOX_SERVER: '0042',
      WOLKVOX_TOKEN_FILE: token,
      WOLKVOX_CA_FILE: ca,
    })
    expect(source?.files).toEqual([token, ca])
  })

  it.each(['readFiles', 'readAll'] as const)('can be read again by %s', async (again) => {
    const path = write('test-token')
    const { source } = await readEnvironment({ WOLKVOX_SERVER: '0042', WOLKVOX_TOKEN_FILE: path })
    writeFileSync(path, 'other-token')
    expect((await source?.[again]())?.operations[0]?.token.reveal()).toBe('other-token')
    writeFileSync(path, '')
    await expect(source?.[again]()).rejects.toThrow(
      'WOLKVOX_TOKEN_FILE: is empty; write the token into the file',
    )
  })
})
