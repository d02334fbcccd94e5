import { describe, expect, it } from 'vitest'
import { createBasicAuth, parseCredentials } from '../../../src/server/web-config/basic-auth.ts'

const HASH = `$2b$10$${'a'.repeat(53)}`
const OTHER_HASH = `$2b$12$${'b'.repeat(53)}`
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const connected = () => true

/** One user. `alice:right` is the only pair that matches. Comparisons wait for `go`. */
function anAuth() {
  const compared: { password: string; hash: string }[] = []
  const { promise: gate, resolve: go } = Promise.withResolvers<void>()
  const auth = createBasicAuth(new Map([['alice', HASH]]), {
    async compare(password, hash) {
      compared.push({ password, hash })
      await gate
      return hash === HASH && password === 'right'
    },
  })
  return { auth, compared, go }
}

describe('basic authentication', () => {
  it('accepts the right password, and then knows it without another comparison', async () => {
    const { auth, compared, go } = anAuth()
    go()
    expect(auth.isKnown(basic('alice:right'))).toBe(false)
    expect(await auth.verify(basic('alice:right'), 'a', connected)).toBe('accepted')
    expect(auth.isKnown(basic('alice:right'))).toBe(true)
    expect(auth.isKnown(basic('alice:other'))).toBe(false)
    expect(compared).toHaveLength(1)
  })

  it.each(['alice:wrong', 'alice:', 'alice:right ', 'Alice:right', ':right', 'mallory:right'])(
    'rejects %s',
    async (credentials) => {
      const { auth, go } = anAuth()
      go()
      expect(await auth.verify(basic(credentials), 'a', connected)).toBe('rejected')
      expect(auth.isKnown(basic(credentials))).toBe(false)
    },
  )

  it.each([
    undefined,
    '',
    'Basic',
    'Basic !',
    'Bearer abc',
    basic('no colon'),
    `Basic ${Buffer.from([0xff, 0x3a]).toString('base64')}`,
  ])('rejects the header %s without a comparison', async (header) => {
    const { auth, compared } = anAuth()
    expect(await auth.verify(header, 'a', connected)).toBe('rejected')
    expect(compared).toEqual([])
  })

  it('compares the password of an unknown user with a hash of the same cost', async () => {
    const { auth, compared, go } = anAuth()
    go()
    await auth.verify(basic('mallory:right'), 'a', connected)
    expect(compared[0]?.hash).toMatch(/^\$2b\$10\$[./A-Za-z0-9]{53}$/)
    expect(compared[0]?.hash).not.toBe(HASH)
  })

  it('rejects an unknown user, also if bcrypt accepts the password', async () => {
    const auth = createBasicAuth(new Map([['alice', HASH]]), { compare: async () => true })
    expect(await auth.verify(basic('mallory:x'), 'a', connected)).toBe('rejected')
    expect(auth.isKnown(basic('mallory:x'))).toBe(false)
  })

  it('compares once for equal credentials that arrive together', async () => {
    const { auth, compared, go } = anAuth()
    const verdicts = ['a', 'b', 'c'].map((address) => auth.verify(basic('alice:right'), address, connected))
    go()
    expect(await Promise.all(verdicts)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(compared).toHaveLength(1)
  })

  it('still compares for the second client if the first has disconnected', async () => {
    const { auth, go } = anAuth()
    const blocking = auth.verify(basic('alice:first'), 'a', connected)
    const gone = auth.verify(basic('alice:right'), 'b', () => false)
    const waiting = auth.verify(basic('alice:right'), 'c', connected)
    go()
    expect(await Promise.all([blocking, gone, waiting])).toEqual(['rejected', 'accepted', 'accepted'])
  })

  it('says busy when one address asks too often', async () => {
    const { auth, go } = anAuth()
    const verdicts = Array.from({ length: 20 }, (_, index) =>
      auth.verify(basic(`alice:${index}`), 'a', connected),
    )
    go()
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set(['rejected', 'busy']))
  })

  it('serves a new client before those that sent a wrong password', async () => {
    const compared: string[] = []
    const auth = createBasicAuth(new Map([['alice', HASH]]), {
      async compare(password) {
        compared.push(password)
        await new Promise(setImmediate)
        return password === 'right'
      },
    })
    await auth.verify(basic('alice:guess'), 'guesser', connected)
    const verdicts = [
      auth.verify(basic('alice:guess 1'), 'guesser', connected),
      auth.verify(basic('alice:guess 2'), 'guesser', connected),
      auth.verify(basic('alice:right'), 'new', connected),
    ]
    await Promise.all(verdicts)
    expect(compared).toEqual(['guess', 'guess 1', 'right', 'guess 2'])
  })

  it('forgets a user whose hash has changed or who was removed, and keeps the others', async () => {
    const { auth, go } = anAuth()
    go()
    await auth.verify(basic('alice:right'), 'a', connected)
    auth.setUsers(
      new Map([
        ['alice', HASH],
        ['bob', OTHER_HASH],
      ]),
    )
    expect(auth.isKnown(basic('alice:right'))).toBe(true)
    auth.setUsers(new Map([['alice', OTHER_HASH]]))
    expect(auth.isKnown(basic('alice:right'))).toBe(false)
    expect(await auth.verify(basic('alice:right'), 'a', connected)).toBe('rejected')
    auth.setUsers(new Map([['bob', HASH]]))
    expect(await auth.verify(basic('alice:right'), 'a', connected)).toBe('rejected')
  })

  it('is needed only while there are users', () => {
    const { auth } = anAuth()
    expect(auth.isNeeded()).toBe(true)
    auth.setUsers(new Map())
    expect(auth.isNeeded()).toBe(false)
  })
})

describe('credentials', () => {
  it.each([
    ['alice:a:b', { user: 'alice', password: 'a:b' }],
    ['josé:contraseña ✓', { user: 'josé', password: 'contraseña ✓' }],
    [':', { user: '', password: '' }],
  ])('of %s are split at the first colon', (text, credentials) => {
    expect(parseCredentials(basic(text))).toEqual(credentials)
    expect(parseCredentials(basic(text).replace('Basic', 'basic'))).toEqual(credentials)
  })
})
