import dns from 'node:dns'
import { existsSync } from 'node:fs'

// Preloaded into an exporter under test. A file decides whether the name resolves. The failure is a real one, because no DNS
// server has `.invalid`.
dns.lookup = new Proxy(dns.lookup, {
  apply(lookup, self, [, ...rest]) {
    const missing = existsSync(process.env.NAME_IS_MISSING ?? '')
    return Reflect.apply(lookup, self, [missing ? 'wolkvox.invalid' : '127.0.0.1', ...rest])
  },
})
