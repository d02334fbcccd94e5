import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../tools/files.ts'

/** What each folder of `src` may import from: data flows in one direction. All may use the files directly in `src`. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // The list of reports gives the default intervals and the valid names, so that a new report is one line in one file. Of wolkvox,
  // it knows the settings of a request.
  config: ['groups', 'reports', 'wolkvox'],
  wolkvox: [],
  // Types that several folders share. The reasons of failures, and the type of a response.
  model: ['wolkvox'],
  // Knows neither settings nor reports, so that both can use it. Of the model, the type of labels.
  groups: ['model'],
  // The labels of agents, the types of families, and the readers of values.
  reports: ['groups', 'model', 'wolkvox'],
  // What it plans, the results of calls, and the failures that are retried.
  scheduling: ['config', 'model', 'reports', 'wolkvox'],
  // The interface of a report, and when a body has to be assembled again: the state, and whether it is stale.
  exposition: ['model', 'reports', 'scheduling'],
  // Implements the storage ports.
  storage: ['config', 'model', 'reports'],
  // What a worker does with one operation, and how it stores the result.
  worker: ['config', 'exposition', 'model', 'reports', 'storage', 'wolkvox'],
  telemetry: ['config', 'model', 'scheduling', 'wolkvox'],
  // Turns the state into plain data, and that into a page.
  'status-page': ['scheduling', 'wolkvox'],
  // Knows neither wolkvox nor scheduling: it gets functions. Of the status page, it knows the languages.
  server: ['config', 'exposition', 'model', 'status-page'],
  simulator: [],
  // Connects everything.
  exporter: [
    ...['config', 'exposition', 'model', 'reports', 'scheduling', 'server', 'status-page', 'storage'],
    ...['telemetry', 'wolkvox', 'worker'],
  ],
  // The commands.
  cli: ['config', 'exporter', 'groups', 'reports', 'server', 'simulator', 'storage', 'telemetry', 'wolkvox'],
}

/** Files that may import from every folder. */
const ENTRY = 'src/main.ts'

const COMMENT_LINE = /^ *\*.*$/gm
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g

const files = globSync(['{bench,deploy,grafana,scripts,src,test,tools}/**/*.{ts,mjs}', '*.ts'], { cwd: ROOT })

/** The files that each file imports, types included. */
const imports: ReadonlyMap<string, readonly string[]> = new Map(
  files.map((file) => [
    file,
    [...readFileSync(`${ROOT}${file}`, 'utf8').replace(COMMENT_LINE, '').matchAll(IMPORT)].map(
      ([, path = '']) => posix.join(posix.dirname(file), path),
    ),
  ]),
)

const pairs = [...imports].flatMap(([file, targets]) => targets.map((target) => ({ file, target })))

/** The folder of a file in `src`; `undefined` directly in `src` and elsewhere. */
const roomOf = (file: string) => /^src\/([\w-]+)\//.exec(file)?.[1]

/** A path from a node of a graph back to itself. */
function cycleFrom(
  start: string,
  targetsOf: (node: string) => readonly string[],
): readonly string[] | undefined {
  const seen = new Set<string>()
  const search = (path: readonly string[]): readonly string[] | undefined => {
    for (const target of targetsOf(path.at(-1) ?? '')) {
      if (target === start) return [...path, target]
      if (seen.has(target)) continue
      seen.add(target)
      const found = search([...path, target])
      if (found !== undefined) return found
    }
    return undefined
  }
  return search([start])
}

/** All cycles in a graph, one for each node that is part of one. */
function cyclesOf(nodes: Iterable<string>, targetsOf: (node: string) => readonly string[]) {
  return [...nodes].map((node) => cycleFrom(node, targetsOf)).filter((cycle) => cycle !== undefined)
}

describe('imports', () => {
  it('are found in every folder', () => {
    expect(new Set(files.map(roomOf))).toEqual(new Set([undefined, ...Object.keys(ALLOWED)]))
    expect(pairs.filter(({ target }) => !imports.has(target))).toEqual([])
  })

  it('follow the direction of the data', () => {
    const wrong = pairs.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)]
      if (!file.startsWith('src/') || file === ENTRY || to === undefined || from === to) return false
      return from === undefined || !ALLOWED[from]?.includes(to)
    })
    expect(wrong).toEqual([])
  })

  it('have an example for each allowed direction', () => {
    const used = new Set(pairs.map(({ file, target }) => `${roomOf(file)} ${roomOf(target)}`))
    const allowed = Object.entries(ALLOWED).flatMap(([from, to]) => to.map((each) => `${from} ${each}`))
    expect(allowed.filter((pair) => !used.has(pair))).toEqual([])
  })

  it('have no cycles', () => {
    expect(cyclesOf(imports.keys(), (file) => imports.get(file) ?? [])).toEqual([])
  })

  it('have no cycles of folders', () => {
    /** What a folder imports in fact; {@link ALLOWED} could change. */
    const targetsOf = (folder: string) =>
      pairs.flatMap(({ file, target }) => {
        const to = roomOf(target)
        return roomOf(file) === folder && to !== undefined && to !== folder ? [to] : []
      })
    expect(targetsOf('cli').length).toBeGreaterThan(0)
    expect(cyclesOf(Object.keys(ALLOWED), targetsOf)).toEqual([])
  })

  it('stay in src, and reach test only from test', () => {
    const isOutside = ({ file, target }: (typeof pairs)[number]) =>
      (file.startsWith('src/') && !target.startsWith('src/')) ||
      (target.startsWith('test/') && !file.startsWith('test/'))
    expect(pairs.filter(isOutside)).toEqual([])
  })
})

// The domain's term, as in FailureReason and wolkvox_refresh_failures_total.
const TERM = 'WolkvoxFailure'

it('every class of errors ends in Error and has its name', () => {
  const classes = files.flatMap((file) => [
    ...readFileSync(`${ROOT}${file}`, 'utf8').matchAll(/^export class (\w+) extends \w*Error \{\n(.*)/gm),
  ])
  expect(classes.map(([, name]) => name)).toContain(TERM)
  const wrong = classes.filter(
    ([, name = '', firstLine = '']) =>
      !(name === TERM || name.endsWith('Error')) || !firstLine.endsWith(` = '${name}'`),
  )
  expect(wrong.map(([, name]) => name)).toEqual([])
})

// Biome wraps code at 110 columns. Comments are prose: a little wider, but readable beside other windows.
const MAX_COMMENT_WIDTH = 132

it(`every line of a comment has at most ${MAX_COMMENT_WIDTH} characters`, () => {
  const comments = files.flatMap((file) =>
    readFileSync(`${ROOT}${file}`, 'utf8')
      .split('\n')
      .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
      .filter(({ line }) => /^\s*(?:\/\/|\/?\*)/.test(line)),
  )
  expect(comments.length).toBeGreaterThan(1000)
  const long = comments.filter(({ line }) => line.length > MAX_COMMENT_WIDTH)
  expect(long.map(({ place }) => place)).toEqual([])
})

it('every exported name exists once', () => {
  const exported = files
    .filter((file) => file.startsWith('src/'))
    .flatMap((file) =>
      [
        ...readFileSync(`${ROOT}${file}`, 'utf8').matchAll(
          /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm,
        ),
      ].map(([, name = '']) => name),
    )
  expect(exported).toContain('agentIdentity')
  expect(exported.filter((name, index) => exported.indexOf(name) !== index)).toEqual([])
})

it.each([
  ['property tests use the seed', 'test/support/fast-check.ts', /^import .* from 'fast-check'$/m],
  [
    'tests clean up through the hook',
    'test/support/on-test-finished.ts',
    /^import [^']*\bonTestFinished\b[^']* from 'vitest'$/m,
  ],
])('all %s of %s', (_what, wrapper, directImport) => {
  const importing = globSync('test/**/*.ts', { cwd: ROOT }).filter((file) =>
    directImport.test(readFileSync(`${ROOT}${file}`, 'utf8')),
  )
  expect(importing.map((file) => file.replaceAll('\\', '/'))).toEqual([wrapper])
})
