import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BcryptThreadError, createBcrypt } from '../../../src/server/web-config/bcrypt.ts'
import { onTestFinished } from '../../support/on-test-finished.ts'
import { HASH, hashOf } from '../../support/passwords.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** The real thread, or one that runs this program. */
function start(program?: string, timeoutMs?: number) {
  let thread: URL | undefined
  if (program !== undefined) {
    const path = join(temporaryFolder(), 'thread.mjs')
    writeFileSync(path, `import { parentPort } from 'node:worker_threads'\n${program}`)
    thread = pathToFileURL(path)
  }
  const bcrypt = createBcrypt(timeoutMs, undefined, thread)
  onTestFinished(() => bcrypt.close())
  return bcrypt
}

describe('the bcrypt thread', () => {
  it.each(['2a', '2b', '2y'])('compares a password with a hash of the kind %s', async (kind) => {
    const bcrypt = start()
    const hash = HASH.replace('2b', kind)
    expect(await bcrypt.compare('test-password', hash)).toBe(true)
    expect(await bcrypt.compare('test-password ', hash)).toBe(false)
  })

  it.each(['a:b', 'contraseña ✓', '', 'x'.repeat(72)])('compares the password %s', async (password) => {
    const bcrypt = start()
    const hash = await hashOf(password)
    expect(await bcrypt.compare(password, hash)).toBe(true)
    expect(await bcrypt.compare(`y${password}`, hash)).toBe(false)
  })

  it('fails with the cause if it ends, and starts again for the next password', async () => {
    const bcrypt = start(
      `parentPort.on('message', ({ id, password }) => {
         if (password === 'crash') throw new Error('broken')
         parentPort.postMessage({ id, matches: true })
       })`,
    )
    const error = await bcrypt.compare('crash', HASH).catch((reason) => reason)
    expect(error).toBeInstanceOf(BcryptThreadError)
    expect(error.message).toBe('the bcrypt thread ended; check the limit on the memory of this process')
    expect(error.cause).toMatchObject({ message: 'broken' })
    expect(await bcrypt.compare('next', HASH)).toBe(true)
  })

  it('is ended if it takes too long, and starts again for the next password', async () => {
    const bcrypt = start(
      `parentPort.on('message', ({ id, password }) => {
         if (password === 'slow') while (true);
         parentPort.postMessage({ id, matches: true })
       })`,
      1000,
    )
    await expect(bcrypt.compare('slow', HASH)).rejects.toThrow('bcrypt took longer than 1 s')
    expect(await bcrypt.compare('next', HASH)).toBe(true)
  })
})
