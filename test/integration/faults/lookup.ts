import dns from 'node:dns'
import { existsSync } from 'node:fs'

// Preloaded into an exporter under test. The name is found or not as a file says, and where not, the failure is a true
// one: `.invalid` is in no name server.
dns.lookup = new Proxy(dns.lookup, {
  apply(lookup, self, [, ...rest]) {
    const missing = existsSync(process.env.NAME_IS_MISSING ?? '')
    return Reflect.apply(lookup, self, [missing ? 'wolkvox.invalid' : '127.0.0.1', ...rest])
  },
})
