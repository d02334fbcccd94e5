import { globSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replacePart } from '../scripts/docs/markdown.ts'
import { parts } from '../scripts/docs.ts'
import { commonFlags, simulatorFlags } from '../src/config/flags.ts'
import { variables } from '../src/config/variables.ts'
import { recordRejections } from '../src/model/rejections.ts'
import { categories, categoryOf } from '../src/reports/agents/categories.ts'
import { reports } from '../src/reports/index.ts'
import { createOwnMetrics } from '../src/telemetry/own-metrics.ts'
import { createReloads } from '../src/telemetry/reloads.ts'
import { statusFamilies } from '../src/telemetry/status-families.ts'
import { formatDuration } from '../src/units.ts'
import { failureReasons } from '../src/wolkvox/failure.ts'
import { ROOT, readText } from '../tools/files.ts'
import { measured, peakMemory } from './support/measured.ts'
import {
  anchorsIn,
  capturesOf,
  firstColumn,
  inlineCodeIn,
  isThere,
  linksIn,
  type Page,
  pageAt,
  pages,
} from './support/pages.ts'

interface Package {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const DAY_MS = 86_400_000

const { scripts, dependencies, devDependencies }: Package = JSON.parse(readText('package.json'))

const named = pages.map((page) => [page.path, page] as const)

it.each(parts)('the part $part of $path matches the code; npm run docs writes it', (part) => {
  const { text } = pageAt(part.path)
  expect(replacePart(text, part.part, part.generate())).toBe(text)
})

describe.each(named)('%s', (path, page) => {
  it('links only to files and headings that exist', () => {
    const broken = linksIn(page).filter((link) => !isLinkValid(path, link))
    expect(broken).toEqual([])
  })

  it('names only files that exist', () => {
    expect(filesNamedIn(page).filter((file) => !isThere(file) && !MADE_LATER.test(file))).toEqual([])
  })

  it('names only npm scripts that exist', () => {
    const names = capturesOf(page.text, /npm run ([\w:-]+)/g)
    expect(names.filter((name) => !(name in scripts))).toEqual([])
  })

  it('names only settings that exist', () => {
    const known: readonly string[] = [...variables.map(([name]) => name), 'WOLKVOX_EXPORTER_REVISION']
    const names = capturesOf(page.text, /\bWOLKVOX_[A-Z_]*[A-Z]\b/g)
    expect(names.filter((name) => !known.includes(name))).toEqual([])
  })

  it('names only flags that exist', () => {
    const known: readonly string[] = [...commonFlags, ...simulatorFlags].map(({ name }) => name)
    const names = capturesOf(page.text, /(?<![\w-])--([a-z]+\.[a-z.-]+[a-z])/g)
    expect(names.filter((name) => !known.includes(name) && !FLAGS_OF_PROMETHEUS.has(name))).toEqual([])
  })

  it('names only metrics that exist', async () => {
    const known = await metrics()
    // The names that rules record have a level in front, the groups of rules have no underscore.
    const names = capturesOf(page.text, /(?<![\w:.-])wolkvox_[a-z_]+/g)
    const unknown = names
      .filter((name) => name !== SERVER_HEADER)
      .filter((name) =>
        name.endsWith('_') ? !known.some((metric) => metric.startsWith(name)) : !known.includes(name),
      )
    expect(unknown).toEqual([])
  })

  it('names only alerts that exist', () => {
    const known = readdirSync(`${ROOT}rules`)
      .filter((name) => name.endsWith('.yml'))
      .flatMap((name) => capturesOf(readText(`rules/${name}`), /alert: (\w+)/g))
    const names = capturesOf(page.text, /\bWolkvox[A-Z]\w+/g)
    expect(names.filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('the documentation of failures', () => {
  const failures = pageAt('docs/failures.md')
  const runbook = pageAt('docs/runbook.md').text

  it('has one row per reason', () => {
    expect(firstColumn(failures, 'reason').sort()).toEqual([...failureReasons].sort())
  })

  it.each(failureReasons)('has the reason %s in the runbook', (reason) => {
    expect(runbook).toContain(`\`${reason}\``)
  })

  it.each(recordRejections)('says in the runbook what %s means', (reason) => {
    expect(runbook).toContain(`\`${reason}\``)
  })
})

describe('the documentation of reports', () => {
  const rows = pageAt('docs/configuration.md')
    .text.split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))

  it('has one row per report', () => {
    expect(firstColumn(pageAt('docs/configuration.md'), 'report')).toEqual(reports.map(({ name }) => name))
  })

  it.each(reports)('gives the interval and the calls a day of $name', ({ name, defaultIntervalMs }) => {
    const [, , , interval, calls] = rows.find(([, first]) => first === name) ?? []
    expect(interval).toBe(formatDuration(defaultIntervalMs))
    expect(calls).toBe(String(DAY_MS / defaultIntervalMs))
  })
})

describe('the documentation of log events', () => {
  const documented = firstColumn(pageAt('docs/configuration.md'), '`msg`')
  const logged = new Set(globSync('src/**/*.ts', { cwd: ROOT }).flatMap((path) => eventsIn(readText(path))))

  it('has every event, and no other', () => {
    expect([...documented].sort()).toEqual([...logged].sort())
  })
})

describe('the documentation of categories', () => {
  const rows = pageAt('docs/metrics.md')
    .text.split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, first = '']) => categories.some((category) => first === `\`${category}\``))
    .map(([, category = '', states = '']) => ({ category: category.replaceAll('`', ''), states }))

  it('has every category', () => {
    expect(rows.map(({ category }) => category).sort()).toEqual([...categories].sort())
  })

  it.each(rows.filter(({ category }) => !['aux', 'unknown'].includes(category)))(
    'lists only states of $category',
    ({ category, states }) => {
      const found = states.split(', ').map((state) => categoryOf(state))
      expect(new Set(found)).toEqual(new Set([category]))
    },
  )
})

describe('the contributor guide', () => {
  const guide = pageAt('CONTRIBUTING.md')

  it('gives a purpose for every dependency, and for nothing else', () => {
    const installed = Object.keys({ ...dependencies, ...devDependencies })
    expect(firstColumn(guide, 'package').sort()).toEqual(installed.sort())
  })

  it('lists every folder of src, and no other', () => {
    const folders = readdirSync(`${ROOT}src`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}/`)
    const listed = firstColumn(guide, 'folder').filter((path) => /^src\/.*\/$/.test(path))
    expect(listed.sort()).toEqual(folders.sort())
  })

  it('lists every script that a contributor runs', () => {
    const text = guide.text + pageAt('bench/README.md').text + pageAt('README.md').text
    const missing = Object.keys(scripts).filter(
      (name) => !text.includes(`npm run ${name}`) && !text.includes(`npm ${name}`) && name !== 'prepack',
    )
    expect(missing).toEqual(['simulate'])
  })
})

it('check-config in a container names the storage of the container, and else warns about another folder', () => {
  const inContainer = /(?:docker compose run|kubectl \S+ \S+ exec)[^`\n]* check-config[^`\n]*/g
  const commands = pages.flatMap(({ text }) => capturesOf(text, inContainer))
  expect(commands.length).toBeGreaterThan(4)
  expect(commands.filter((command) => !command.includes(' --storage.path=/data'))).toEqual([])
})

it('every page can be reached from the README', () => {
  const reached = new Set<string>()
  const visit = (path: string): void => {
    if (reached.has(path)) return
    reached.add(path)
    const page = pages.find((candidate) => candidate.path === path)
    if (page === undefined) return
    for (const link of linksIn(page)) visit(targetOf(path, link))
  }
  visit('README.md')
  expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([])
})

it('the benchmark page quotes the measured figures', () => {
  const text = pageAt('bench/README.md').text.replace(/\s+/g, ' ')
  const figures = [
    ...['500', '5,000', '60,000'].flatMap((agents) => [
      measured('scrapes/s against nginx', agents, 'median'),
      peakMemory(agents),
    ]),
    measured('scrapes/s against Fastify + prom-client', '5,000', 'median'),
  ]
  expect(figures.filter((figure) => !text.includes(figure))).toEqual([])
})

/** A header of wolkvox's API, which looks like a metric. */
const SERVER_HEADER = 'wolkvox_server'

const FLAGS_OF_PROMETHEUS: ReadonlySet<string> = new Set([
  'storage.tsdb.retention.time',
  'web.enable-admin-api',
  'alertmanager.url',
  'cluster.listen-address',
  'query.replica-label',
  'storage.tsdb.path',
])

// Folders that the build or the exporter creates, and files and a copy that the reader makes.
const MADE_LATER =
  /^(data|dist|node_modules|deploy\/kubernetes\/(ventas|operations|operations-shards)|(wolkvox|web)\.yml|operations|docker-compose\.(override|tls)\.yml)(\/|$)/

const ROOT_FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
  .map(({ name }) => name)

/** Paths from the top anywhere in the text, and files of the top folder in inline code. */
function filesNamedIn(page: Page): string[] {
  const inFolders = capturesOf(
    page.text,
    new RegExp(`(?<![\\w/.@:-])(?:${ROOT_FOLDERS.join('|')})/[\\w./*{},-]*[\\w/*}]`, 'g'),
  )
  const onTop = inlineCodeIn(page).filter((code) => /^[\w.-]+\.(yml|tmpl|json|md|ts|cjs)$/.test(code))
  return [...inFolders, ...onTop]
}

const targetOf = (path: string, link: string): string =>
  posix.join(posix.dirname(path), link.replace(/#.*$/, '')) || path

function isLinkValid(path: string, link: string): boolean {
  if (/^https?:/.test(link)) return true
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? path : targetOf(path, link)
  if (!isThere(target)) return false
  return anchor === undefined || anchorsIn(pageAt(target)).includes(anchor)
}

async function metrics(): Promise<string[]> {
  const build = { version: '', revision: '', nodeVersion: '' }
  const own = await createOwnMetrics(build, createReloads().state)()
  return [...reports.flatMap(({ families }) => families), ...statusFamilies, ...own].map(({ name }) => name)
}

/** The events that a source logs: the last text of each call of the log. */
function eventsIn(source: string): string[] {
  const calls = [...source.matchAll(/\blog(?:\.(?:trace|debug|info|warn|error|fatal)|\[[^;\n]*?\])\(/g)]
  return calls.map(({ 0: call, index }) => {
    const from = index + call.length
    let depth = 1
    let to = from
    for (; depth > 0; to += 1) depth += { '(': 1, ')': -1 }[source[to] ?? ')'] ?? 0
    return [...source.slice(from, to).matchAll(/'([^'\n]+)'/g)].at(-1)?.[1] ?? `no constant event: ${call}`
  })
}
