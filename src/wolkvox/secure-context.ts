import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'

// The certificates before and after a change of the file: requests with the old ones can still be prepared. A context takes more
// than a megabyte, so keeping one for each change would fill the memory.
const MAX_CONTEXTS = 2

// The one that was used last is the last.
const contexts = new Map<string, SecureContext>()

/**
 * Trusts further CAs, in addition to those of Node. Reading all CAs of Node takes milliseconds, so the contexts that were used
 * last are kept.
 *
 * @param certificates in PEM
 */
export function secureContextWith(certificates: string): SecureContext {
  const context =
    contexts.get(certificates) ?? createSecureContext({ ca: [...getCACertificates('default'), certificates] })
  contexts.delete(certificates)
  contexts.set(certificates, context)
  for (const oldest of contexts.keys()) {
    if (contexts.size <= MAX_CONTEXTS) break
    contexts.delete(oldest)
  }
  return context
}
