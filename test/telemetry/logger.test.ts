import { expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import type { DroppedLines } from '../../src/telemetry/standard-error.ts'

it.each(['json', 'pretty'] as const)('a line contains no secret of the process: %s', async (logFormat) => {
  const secret = 'test-token-in-a-line'
  const written: string[] = []
  const output = { write: (text: string) => void written.push(text), onDropped: () => {} }
  const log = await createLogger({ logLevel: 'trace', logFormat }, false, output)
  new Secret(secret)
  const encoded = Buffer.from(`user:${secret}`).toString('base64')
  log.error(
    { err: new Error(`with ${secret}`), url: `http://u:${secret}@example.com`, header: encoded },
    secret,
  )
  const line = written.join('')
  expect(line).toContain('with [secret]')
  expect(line).toContain('http://u:[secret]@example.com')
  expect(line).not.toContain(secret)
  // Its ends also depend on what is before and behind the secret.
  expect(line).not.toContain(encoded.slice(7, -2))
})

it.each<[DroppedLines, object]>([
  [
    { lines: 3, reason: 'not-read' },
    { lines: 3, problem: 'standard error was not read', msg: 'log lines dropped' },
  ],
  [
    { lines: 1, reason: 'too-large' },
    { lines: 1, problem: 'a line was larger than 1 MiB', msg: 'log lines dropped' },
  ],
])('dropped lines are logged: %o', async (dropped, logged) => {
  const written: string[] = []
  let report: (dropped: DroppedLines) => void = () => {}
  await createLogger({ logLevel: 'info', logFormat: 'json' }, false, {
    write: (text) => void written.push(text),
    onDropped: (callback) => {
      report = callback
    },
  })
  report(dropped)
  expect(written.map((line) => JSON.parse(line))).toEqual([
    { level: 'warn', time: expect.any(String), ...logged },
  ])
})
