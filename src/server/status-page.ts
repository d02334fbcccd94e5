import type { FastifyInstance } from 'fastify'
import Negotiator from 'negotiator'
import { type Language, languages } from '../status-page/languages.ts'
import type { RenderedPage } from '../status-page/page.ts'
import { memoizeByHeader } from './negotiation.ts'
import { refuse } from './refusals.ts'

/**
 * Renders the status page.
 *
 * @param operation the only operation to show; all if `undefined`
 * @returns `undefined` if there is no such operation
 */
export type StatusPage = (
  language: Language,
  operation: string | undefined,
) => Promise<RenderedPage | undefined>

/** The language that the `Accept-Language` header prefers; English if it names neither. */
const languageFor = memoizeByHeader('accept-language', (accepted): Language => {
  const headers = accepted === undefined ? {} : { 'accept-language': accepted }
  const [best] = new Negotiator({ headers }).languages([...languages])
  return languages.find((language) => language === best) ?? languages[0]
})

// The page shows ages in seconds. However many clients ask for it, each version is rendered once in this time.
const SHARED_FOR_MS = 1000

interface SharedPage {
  readonly at: number
  readonly page: Promise<RenderedPage | undefined>
}

/** `GET /`: the status page. `?operation=NAME` shows one operation. */
export function addStatusPage(app: FastifyInstance, render: StatusPage): void {
  const shared = new Map<string, SharedPage>()

  function pageFor(language: Language, operation: string | undefined): SharedPage['page'] {
    const key = JSON.stringify([language, operation])
    const now = performance.now()
    const recent = shared.get(key)
    if (recent !== undefined && now - recent.at < SHARED_FOR_MS) return recent.page
    for (const [other, { at }] of shared) if (now - at >= SHARED_FOR_MS) shared.delete(other)
    const page = render(language, operation)
    shared.set(key, { at: now, page })
    // Only pages that exist are kept: a client can make up any number of names.
    page.then(
      (rendered) => rendered === undefined && shared.delete(key),
      () => shared.delete(key),
    )
    return page
  }

  app.get<{ Querystring: Record<string, string | string[] | undefined> }>('/', async (request, reply) => {
    const { operation } = request.query
    const language = languageFor(request.headers)
    const page = await pageFor(language, [operation].flat().at(-1))
    if (page === undefined) return refuse(reply, 404)
    return reply
      .type('text/html; charset=utf-8')
      .headers({
        'cache-control': 'no-store',
        'content-language': language,
        vary: 'Accept-Language',
        'content-security-policy': page.contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
      .send(page.html)
  })
}
