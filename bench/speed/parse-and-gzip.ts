// The least work of a refresh: parses a response and compresses a text. Prints the time in milliseconds.
// Arguments: the paths of the response and of the text.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const TIMES = 3

const [responseFile = '', textFile = ''] = process.argv.slice(2)
const response = readFileSync(responseFile, 'utf8')
const text = readFileSync(textFile)

const tookMs = Array.from({ length: TIMES }, () => {
  const startedAt = performance.now()
  JSON.parse(response)
  gzipSync(text, { level: 6 })
  return performance.now() - startedAt
})
process.stdout.write(String(tookMs.sort((one, other) => one - other)[Math.floor(TIMES / 2)]))
