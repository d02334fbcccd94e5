import { describe, expect, it, vi } from 'vitest'
import type { StatusPage } from '../../src/server/status-page.ts'
import type { Language } from '../../src/status-page/languages.ts'
import { aPage, makeApp } from './make-app.ts'

/** A page that says in which language it is, and which operation it shows. */
const spoken = () =>
  vi.fn<StatusPage>(async (language: Language, operation) => ({ ...aPage, html: `${language} ${operation}` }))

describe('the status page', () => {
  it('is HTML with the policy of the page', async () => {
    const { statusCode, headers, body } = await makeApp().app.inject('/')
    expect([statusCode, body]).toEqual([200, aPage.html])
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': aPage.contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
  })

  it('has no body for HEAD', async () => {
    const { statusCode, body } = await makeApp().app.inject({ method: 'HEAD', url: '/' })
    expect([statusCode, body]).toEqual([200, ''])
  })

  it.each([
    [undefined, 'en'],
    ['es', 'es'],
    ['es-CO,es;q=0.9,en;q=0.8', 'es'],
    ['en-US,en;q=0.9,es;q=0.8', 'en'],
    ['fr-FR, es;q=0.5', 'es'],
    ['fr', 'en'],
    ['*', 'en'],
    [';;;', 'en'],
  ])('speaks to a client that accepts %s: %s', async (accepted, language) => {
    const { app } = makeApp({ statusPage: spoken() })
    const headers = accepted === undefined ? {} : { 'accept-language': accepted }
    const response = await app.inject({ url: '/', headers })
    expect(response.body).toBe(`${language} undefined`)
    expect(response.headers).toMatchObject({ vary: 'Accept-Language', 'content-language': language })
  })

  it.each([
    ['/?operation=ventas', 'ventas'],
    ['/?operation=a&operation=ventas%20norte', 'ventas norte'],
    ['/?other=1', 'undefined'],
  ])('shows the operation that %s names', async (url, operation) => {
    expect((await makeApp({ statusPage: spoken() }).app.inject(url)).body).toBe(`en ${operation}`)
  })

  it('is 404 for an operation that does not exist', async () => {
    const { app } = makeApp({ statusPage: async () => undefined })
    const response = await app.inject('/?operation=other')
    expect([response.statusCode, response.body]).toEqual([404, 'Not Found\n'])
  })

  it('is rendered once per second, language and operation, however many clients ask', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    try {
      const statusPage = spoken()
      const { app } = makeApp({ statusPage })
      const ask = (url: string, language: string) =>
        app.inject({ url, headers: { 'accept-language': language } })
      const flood = () =>
        Promise.all(
          Array.from({ length: 100 }, () => [
            ask('/', 'en'),
            ask('/', 'es'),
            ask('/?operation=a', 'en'),
          ]).flat(),
        )
      await flood()
      expect(statusPage).toHaveBeenCalledTimes(3)
      vi.advanceTimersByTime(999)
      await flood()
      expect(statusPage).toHaveBeenCalledTimes(3)
      vi.advanceTimersByTime(1)
      await flood()
      expect(statusPage).toHaveBeenCalledTimes(6)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is rendered again immediately after an error', async () => {
    const statusPage = spoken().mockRejectedValueOnce(new Error('the text of the fault'))
    const { app } = makeApp({ statusPage })
    expect((await app.inject('/')).statusCode).toBe(500)
    expect((await app.inject('/')).statusCode).toBe(200)
  })

  it('is absent if the metrics are served at /', async () => {
    const { app } = makeApp({ telemetryPath: '/' })
    const response = await app.inject('/')
    expect([response.statusCode, response.body]).toEqual([200, '# rendered as text\n'])
    expect((await app.inject('/-/healthy')).statusCode).toBe(200)
  })
})
