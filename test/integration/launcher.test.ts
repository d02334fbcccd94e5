import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, readText } from '../../tools/files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const { version, bin, scripts, engines } = JSON.parse(readText('package.json'))
const LAUNCHER = join(ROOT, bin['wolkvox-exporter'])
const MAIN = join(ROOT, 'src/main.ts')
const OLDEST = Number(/^>=(\d+)$/.exec(engines.node)?.[1])

function run(node: string, argv: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(node, argv, {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

/** Runs a file under this Node, which claims to be of another version. */
function runAs(nodeVersion: string, file: string) {
  const fake = join(temporaryFolder(), 'fake.cjs')
  writeFileSync(
    fake,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${nodeVersion}' } })`,
  )
  return run(process.execPath, ['--require', fake, file, '--version'])
}

const refusal = (node: string, nodeVersion: string) => ({
  code: 2,
  stdout: '',
  stderr: `wolkvox-exporter: needs Node ${OLDEST} or later, but ${node} is ${nodeVersion}; install Node ${OLDEST}\n`,
})

describe('a Node that is too old', () => {
  it.each(['10.24.1', '12.22.12', '20.20.2', '22.0.0', '22.17.1', '22.18.0', `${OLDEST - 1}.99.0`])(
    'is refused in one line: %s',
    (nodeVersion) => {
      expect(runAs(nodeVersion, LAUNCHER)).toEqual(refusal(process.execPath, nodeVersion))
    },
  )

  // They run TypeScript, so main.ts can be started directly.
  it.each(['22.18.0', `${OLDEST - 1}.99.0`])('is refused by main.ts, too: %s', (nodeVersion) => {
    expect(runAs(nodeVersion, MAIN)).toEqual(refusal(process.execPath, nodeVersion))
  })

  it.each([LAUNCHER, MAIN])('is not one of the oldest supported version: %s', (file) => {
    const { code, stdout } = runAs(`${OLDEST}.0.0`, file)
    expect([code, stdout]).toEqual([0, expect.stringContaining(`version ${version} `)])
  })

  const old = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .filter((node) => existsSync(node) && !node.includes('node_modules'))
    .map((node) => ({ node, is: run(node, ['--print', 'process.versions.node']).stdout.trim() }))
    .find(({ is }) => Number.parseInt(is, 10) < OLDEST)

  it.skipIf(old === undefined).each(['demo', '--version', 'check-config'])(
    "is refused in one line where it is this machine's own: %s",
    (argument) => {
      const { node = '', is = '' } = old ?? {}
      const { stderr, ...rest } = run(node, [LAUNCHER, argument])
      expect({ ...rest, stderr: stderr.replace(/but \S+ is/, `but ${node} is`) }).toEqual(refusal(node, is))
    },
  )
})

describe('the command', () => {
  it('can be executed, and parses in any Node', () => {
    expect(statSync(LAUNCHER).mode & 0o111).toBe(0o111)
    // CommonJS: as a module, a Node before 12 would not parse it.
    expect(LAUNCHER).toMatch(/\.cjs$/)
    expect(readText(bin['wolkvox-exporter'])).not.toMatch(/\bimport .* from\b|\bawait\b|\?\?|\?\./)
  })

  it.each(['start', 'demo', 'simulate'])('is run by npm run %s', (script) => {
    expect(scripts[script]).toMatch(new RegExp(`^node ${bin['wolkvox-exporter']}( |$)`))
  })

  it('passes its arguments on and ends with the exit code of the program', () => {
    expect(run(process.execPath, [LAUNCHER, 'nonsense', '--log.level=info'])).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(
        'wolkvox-exporter: unknown command: nonsense; the commands are serve, ',
      ),
    })
  })

  it('starts the build if there are no sources', () => {
    const folder = temporaryFolder()
    for (const name of ['bin', 'dist']) mkdirSync(join(folder, name))
    copyFileSync(LAUNCHER, join(folder, bin['wolkvox-exporter']))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'dist/main.js'), "process.stdout.write('built: ' + process.argv.slice(2))")
    expect(run(process.execPath, [join(folder, bin['wolkvox-exporter']), 'serve', '--a=b'])).toEqual({
      code: 0,
      stdout: 'built: serve,--a=b',
      stderr: '',
    })
  })
})

describe('the package', () => {
  it('contains the command and the build, but no sources', () => {
    const { stdout } = run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      HOME: process.env.HOME,
    })
    const [{ files }] = JSON.parse(stdout)
    const names: string[] = files.map(({ path }: { path: string }) => path)
    expect(names).toContain(bin['wolkvox-exporter'])
    const folders = new Set(names.filter((name) => name.includes('/')).map((name) => name.split('/')[0]))
    expect([...folders].filter((name) => name !== 'dist')).toEqual(['bin'])
    expect(JSON.parse(readText('package.json')).files).toContain('dist')
  })
})
