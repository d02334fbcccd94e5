import { beforeAll, describe, expect, it } from 'vitest'
import { secureContextWith } from '../../src/wolkvox/secure-context.ts'
import { anAuthority } from '../support/certificates.ts'

let pems: string[]
beforeAll(async () => {
  const authorities = await Promise.all([anAuthority(), anAuthority(), anAuthority()])
  pems = authorities.map(({ authority }) => authority.cert)
})

describe('the trust in further CAs', () => {
  it('is prepared once for the same certificates', () => {
    const [one = '', other = ''] = pems
    const contexts = [secureContextWith(one), secureContextWith(other)]
    expect(contexts[0]).not.toBe(contexts[1])
    expect(secureContextWith(one)).toBe(contexts[0])
    expect(secureContextWith(other)).toBe(contexts[1])
  })

  it('evicts the least recently used certificates', () => {
    const [one = '', other = '', third = ''] = pems
    const contexts = [secureContextWith(other), secureContextWith(one), secureContextWith(third)]
    expect(secureContextWith(one)).toBe(contexts[1])
    expect(secureContextWith(third)).toBe(contexts[2])
    expect(secureContextWith(other)).not.toBe(contexts[0])
  })
})
