import type { FastifyInstance } from 'fastify'

/**
 * Lets responses under way reach their readers before the server closes. Node would cut a connection whose response has
 * been written to its end, though most of it may still wait for a slow reader.
 */
export function finishResponsesFirst(app: FastifyInstance): void {
  const underWay = new Set<Promise<void>>()
  app.addHook('onRequest', async (_request, { raw }) => {
    const closed = new Promise<void>((resolve) => raw.once('close', resolve))
    underWay.add(closed)
    void closed.then(() => underWay.delete(closed))
  })
  app.addHook('preClose', async () => {
    await Promise.all(underWay)
  })
}
