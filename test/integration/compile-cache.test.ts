import { chmodSync, cpSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../tools/files.ts'
import { runProgram } from '../support/programs/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A checkout with links to the installed dependencies. */
function makeCheckout() {
  const folder = temporaryFolder()
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(`${ROOT}node_modules`)) {
    if (!name.startsWith('.')) symlinkSync(`${ROOT}node_modules/${name}`, join(modules, name))
  }
  cpSync(`${ROOT}src`, join(folder, 'src'), { recursive: true })
  cpSync(`${ROOT}package.json`, join(folder, 'package.json'))
  return {
    cache: join(modules, '.wolkvox-exporter'),
    /** Runs a command that loads modules and ends. */
    run: () => runProgram(process.execPath, [join(folder, 'src/main.ts'), '--version']),
  }
}

/** The files of a folder, with the times when they were written. */
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => ({ name, stats: statSync(join(folder, name)) }))
    .filter(({ stats }) => stats.isFile())
    .map(({ name, stats }) => [name, stats.mtimeMs])

const WELL = { code: 0, output: expect.stringMatching(/^wolkvox-exporter, version \S+ \([^)]+\)\n$/) }

it('a start from source fills a cache that only this user can read, and the next start changes nothing in it', async () => {
  const { cache, run } = makeCheckout()
  expect(await run()).toEqual(WELL)
  expect(statSync(cache).mode & 0o777).toBe(0o700)
  const files = filesIn(cache)
  expect(files.length).toBeGreaterThan(10)
  expect(await run()).toEqual(WELL)
  expect(filesIn(cache)).toEqual(files)
})

it('a start from source puts nothing into a folder that others can write to', async () => {
  const { cache, run } = makeCheckout()
  mkdirSync(cache)
  chmodSync(cache, 0o777)
  expect(await run()).toEqual(WELL)
  expect(filesIn(cache)).toEqual([])
})

it('a start from source works silently without a place for the cache', async () => {
  const { cache, run } = makeCheckout()
  writeFileSync(cache, '')
  expect(await run()).toEqual(WELL)
})
