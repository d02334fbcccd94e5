import { runProgram } from './run-program.ts'

export interface Load {
  readonly connections: number
  readonly seconds: number
}

// A page that is rendered for each scrape may take long.
const PATIENCE = '30s'

// What wrk says only when something went wrong.
const WRONG = /(?:Socket errors|Non-2xx).*/

const COUNT = /(\d+) requests in ([\d.]+)(m?s|m)/

/** Scrapes as fast as the server answers. @throws when an answer was none, or not of status 2xx */
export async function runWrk(url: string, { connections, seconds }: Load) {
  const parameters = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', PATIENCE]
  const output = await runProgram('wrk', [...parameters, '-H', 'Accept-Encoding: gzip', `${url}/metrics`])
  const wrong = WRONG.exec(output)
  if (wrong !== null) throw new Error(`wrk at ${url}: ${wrong[0]}`)
  const count = COUNT.exec(output)
  if (count === null) throw new Error(`wrk at ${url} said something else: ${output}`)
  const [, requests, time, unit] = count
  const inSeconds = { ms: 0.001, s: 1, m: 60 }[unit ?? ''] ?? Number.NaN
  return { requests: Number(requests), seconds: Number(time) * inSeconds }
}
