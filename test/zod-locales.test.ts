import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../tools/files.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

// Each thread loads this recorder first. It prints the thread id (0 for the main thread) and the URL of each module.
const RECORDER = `
  import { writeSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  import { threadId } from 'node:worker_threads'
  registerHooks({
    load(url, context, next) {
      writeSync(1, threadId + ' ' + url + '\\n')
      return next(url, context)
    },
  })
`

/** Runs a program. @returns what it prints */
function outputOf(program: string): readonly string[] {
  const file = join(temporaryFolder(), 'program.mjs')
  writeFileSync(file, program.replaceAll('ROOT/', ROOT))
  const recorder = `data:text/javascript,${encodeURIComponent(RECORDER)}`
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', recorder, file], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.split('\n')
}

const localesIn = (lines: readonly string[], thread: number) =>
  lines
    .filter((line) => line.startsWith(`${thread} `))
    .flatMap((line) => /\/zod\/v4\/locales\/([\w-]+)\.js$/.exec(line)?.[1] ?? [])

describe('zod', () => {
  it('loads English in place of all locales, with the same messages', () => {
    const lines = outputOf(`
      import { loadZodInEnglish } from 'ROOT/src/zod-locales.ts'
      await loadZodInEnglish()
      const { z } = await import('ROOT/node_modules/zod/index.js')
      console.log(z.string().safeParse(1).error.issues[0].message)
    `)
    expect(localesIn(lines, 0)).toEqual(['en'])
    expect(lines).toContain('Invalid input: expected string, received number')
  })

  it('loads only English in a worker thread', () => {
    const lines = outputOf(`
      import { createWorkerPool } from 'ROOT/src/worker/worker-pool.ts'
      import { toPlain } from 'ROOT/src/worker/protocol.ts'
      import { anOperation } from 'ROOT/tools/fixtures.ts'
      const pool = createWorkerPool()
      const operation = toPlain(anOperation())
      const stored = new Uint8Array(1)
      const { problem } = await pool.run({ task: 'restore', operation, report: 'agents', stored }).result
      await pool.close()
      console.log(problem)
    `)
    expect(localesIn(lines, 1)).toEqual(['en'])
    expect(lines).toContain('is damaged')
  })
})
