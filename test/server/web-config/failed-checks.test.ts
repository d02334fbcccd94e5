import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { BcryptThreadError } from '../../../src/server/web-config/bcrypt.ts'
import { readWebConfig } from '../../../src/server/web-config/load.ts'
import { createWebAccess } from '../../../src/server/web-config/web-access.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { HASH } from '../../support/passwords.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { makeApp } from '../make-app.ts'

const thread = vi.hoisted(() => ({ isBroken: true }))

vi.mock('../../../src/server/web-config/bcrypt.ts', async (original) => {
  const bcrypt = await original<typeof import('../../../src/server/web-config/bcrypt.ts')>()
  const compare = async () => {
    if (thread.isBroken) {
      throw new bcrypt.BcryptThreadError('the bcrypt thread ended', { cause: new Error('out of memory') })
    }
    return false
  }
  return { ...bcrypt, createBcrypt: () => ({ compare, close: async () => {} }) }
})

beforeEach(() => {
  thread.isBroken = true
})

/** A server with one user. @returns its log, and the status that a password gets */
async function serve() {
  const path = join(temporaryFolder(), 'web.yml')
  writeFileSync(path, `basic_auth_users: { alice: "${HASH}" }\n`)
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'debug' }, { write: (line) => void logged.push(JSON.parse(line)) })
  const webAccess = createWebAccess(await readWebConfig(path), log, () => {})
  const { app } = makeApp({ webAccess, log })
  onTestFinished(async () => {
    await app.close()
    await webAccess.close()
  })
  const statusWith = async (password: string) => {
    const authorization = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`
    return (await app.inject({ url: '/metrics', headers: { authorization } })).statusCode
  }
  return { logged, statusWith }
}

const [WARN, INFO, DEBUG] = [40, 30, 20]

describe('a password check that fails', () => {
  it('responds with 503, and is logged with its cause', async () => {
    const { logged, statusWith } = await serve()
    expect(await statusWith('a')).toBe(503)
    expect(logged).toEqual([
      expect.objectContaining({
        level: WARN,
        msg: 'password check failed',
        failures: 1,
        err: expect.objectContaining({
          type: BcryptThreadError.name,
          message: 'the bcrypt thread ended: out of memory',
        }),
      }),
    ])
  })

  it('is at warn once while it repeats, until it works again', async () => {
    const { logged, statusWith } = await serve()
    for (const password of ['a', 'b', 'c']) expect(await statusWith(password)).toBe(503)
    thread.isBroken = false
    for (const password of ['d', 'e']) expect(await statusWith(password)).toBe(401)
    expect(logged.map(({ level, msg }) => [level, msg])).toEqual([
      [WARN, 'password check failed'],
      [DEBUG, 'password check failed'],
      [DEBUG, 'password check failed'],
      [INFO, 'password check works again'],
    ])
    expect(logged.at(-1)).toMatchObject({ failures: 3 })
  })
})
