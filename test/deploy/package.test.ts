import { once } from 'node:events'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, readText } from '../../tools/files.ts'
import { startProgram } from '../support/programs/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

interface Packed {
  readonly files: readonly { readonly path: string }[]
}

const PUBLISHED = /^(bin\/|dist\/.+\.js$|README(\.\w+)?\.md$|(LICENSE|CHANGELOG\.md|package\.json)$)/

// npm and the compiler are slow on a busy machine.
const BUILD_TIMEOUT_MS = 120_000

const NOT_COPIED = new Set(['.git', 'node_modules', 'dist', 'data'])

describe('the npm package', () => {
  it('contains only the command, a new build and the user documentation', {
    timeout: BUILD_TIMEOUT_MS,
  }, async () => {
    const folder = copyOfTheProject()
    for (const name of ['.env', 'wolkvox-token', 'data/snapshot', 'dist/leftover.js', 'dist/main.js']) {
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(join(folder, name), 'leftover')
    }

    const files = await pack(folder)

    expect(files.filter((path) => !PUBLISHED.test(path))).toEqual([])
    expect(files).not.toContain('dist/leftover.js')
    expect(files).toEqual(
      expect.arrayContaining([
        'CHANGELOG.md',
        'LICENSE',
        'README.es.md',
        'README.md',
        'bin/wolkvox-exporter.cjs',
        'dist/main.js',
        'package.json',
      ]),
    )
    expect(await versionOf(folder, files)).toContain(
      `version ${JSON.parse(readText('package.json')).version}`,
    )
  })

  it('names its repository, homepage, author and issue tracker', () => {
    const { repository, homepage, bugs, author, license } = JSON.parse(readText('package.json'))
    for (const url of [repository.url.replace(/^git\+/, ''), homepage, bugs.url])
      expect(URL.parse(url)?.protocol).toBe('https:')
    expect([author, license]).toEqual([expect.stringMatching(/\w/), 'Apache-2.0'])
  })
})

/** A copy of the checkout, with the installed packages. */
function copyOfTheProject(): string {
  const folder = temporaryFolder()
  const isCopied = (path: string) => !NOT_COPIED.has(path.slice(ROOT.length).split('/')[0] ?? '')
  cpSync(ROOT, folder, { recursive: true, filter: isCopied })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Lists what npm would publish, after its `prepack` script. */
async function pack(folder: string): Promise<string[]> {
  const { HOME } = process.env
  const npm = startProgram(
    'npm',
    ['pack', '--dry-run', '--json', '--loglevel=silent'],
    { HOME },
    { cwd: folder },
  )
  const [code] = await once(npm.process, 'close')
  expect(code, npm.output()).toBe(0)
  // Scripts may print before the list.
  const [, list = ''] = /^(\[.*\])\s*$/ms.exec(npm.output()) ?? []
  const [{ files }] = JSON.parse(list) as [Packed]
  return files.map(({ path }) => path).sort()
}

/** Runs the command from a folder that contains only the published files. */
async function versionOf(folder: string, files: readonly string[]): Promise<string> {
  const published = temporaryFolder()
  for (const path of files) cpSync(join(folder, path), join(published, path))
  symlinkSync(join(ROOT, 'node_modules'), join(published, 'node_modules'))
  const command = startProgram(process.execPath, [join(published, 'bin/wolkvox-exporter.cjs'), '--version'])
  await once(command.process, 'close')
  return command.output()
}
