import { attacks } from './attacks.ts'

// A process for one attack, so that it does not delay the honest scrapes that the test measures.
const [name = '', port, scheme] = process.argv.slice(2)
const result = await attacks[name]?.run({ port: Number(port), tls: scheme === 'https' })
process.stdout.write(JSON.stringify(result))
