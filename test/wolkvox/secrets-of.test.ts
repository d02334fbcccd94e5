import { describe, expect, it } from 'vitest'
import { readProxyUrl } from '../../src/config/urls.ts'
import { createRedactor, secretsOf } from '../../src/wolkvox/redaction.ts'
import { anOperation, HASH_KEY } from '../../tools/fixtures.ts'

function secretsThrough(url: string) {
  const { proxy } = readProxyUrl(url)
  return secretsOf(anOperation({ route: { proxy, source: 'HTTP_PROXY' } }))
}

const API_KEY = 'k3y-of-the-proxy'

const echoed = (credentials: string) => `Denied: Basic ${Buffer.from(credentials).toString('base64')}`

describe('the secrets of an operation', () => {
  it('are its token, if its proxy has no user', () => {
    expect(secretsThrough('http://proxy:3128').map((secret) => secret.reveal())).toEqual(['test-token'])
  })

  it.each(['p', 'pw', 'pw7', 'pass', 'pass1', 'passw1', 'passwd7', 'password'])(
    'include the header with the password %s, after a user of any length',
    (password) => {
      for (const user of ['a', 'al', 'bob', 'alice', 'monitoring']) {
        const redact = createRedactor(...secretsThrough(`http://${user}:${password}@proxy:3128`))
        const text = redact(echoed(`${user}:${password}`))
        expect(text).toMatch(/^(Denied: Basic \[secret\]=*|\(text withheld: it contains part of a secret\))$/)
      }
    },
  )

  it('include the key of the pseudonyms', () => {
    const secrets = secretsOf(anOperation({ hashKey: HASH_KEY }))
    expect(secrets.map((secret) => secret.reveal())).toEqual(['test-token', HASH_KEY.reveal()])
  })

  it('include a key in place of the user', () => {
    const redact = createRedactor(...secretsThrough(`http://${API_KEY}:@proxy:3128`))
    for (const text of [`no such user: ${API_KEY}`, echoed(`${API_KEY}:`)]) {
      expect(redact(text)).toMatch(/\[secret\]|text withheld/)
      expect(redact(text)).not.toContain(API_KEY)
      expect(redact(text)).not.toContain(echoed(`${API_KEY}:`).slice(15, 30))
    }
  })

  it('do not include a short user without a password, which any text may contain', () => {
    const redact = createRedactor(...secretsThrough('http://ana@proxy:3128'))
    expect(redact('ana is not allowed')).toBe('ana is not allowed')
  })
})
