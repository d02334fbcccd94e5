// What no refresh can do without: parses an answer, compresses a text, and prints how many milliseconds that took.
// Arguments: the paths of the answer and of the text.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const TIMES = 3

const [answerFile = '', textFile = ''] = process.argv.slice(2)
const answer = readFileSync(answerFile, 'utf8')
const text = readFileSync(textFile)

const tookMs = Array.from({ length: TIMES }, () => {
  const startedAt = performance.now()
  JSON.parse(answer)
  gzipSync(text, { level: 6 })
  return performance.now() - startedAt
})
process.stdout.write(String(tookMs.sort((one, other) => one - other)[Math.floor(TIMES / 2)]))
