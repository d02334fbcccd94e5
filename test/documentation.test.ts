import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withPart } from '../scripts/docs/markdown.ts'
import { parts } from '../scripts/docs.ts'
import { variables } from '../src/config/variables.ts'
import { failureReasons } from '../src/wolkvox/failure.ts'
import { recordRejections } from '../src/wolkvox/snapshot.ts'
import { measured, peakMemory } from './support/measured.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

const readme = read('README.md')
const { scripts, dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
  'scripts' | 'dependencies' | 'devDependencies',
  Record<string, string>
>

it.each(parts)(
  'the $part in $path are what the code has (npm run docs makes them anew)',
  ({ path, part, made }) => {
    const text = read(path)
    expect(withPart(text, part, made())).toBe(text)
  },
)

describe('the documentation of failures', () => {
  const runbook = read('docs/runbook.md')
  const faultTable = readme.slice(
    readme.indexOf('| what happens | reason |'),
    readme.indexOf('In every row the next good refresh'),
  )

  it.each(failureReasons)('has the reason %s in the fault table and in the runbook', (reason) => {
    expect(faultTable).toContain(`| \`${reason}\``)
    expect(runbook).toContain(`\`${reason}\``)
  })

  it.each(recordRejections)('says in the runbook what %s means', (reason) => {
    expect(runbook).toContain(`\`${reason}\``)
  })
})

describe('the README', () => {
  it('gives the two commands before anything else', () => {
    const [first, second] = readme.matchAll(/npm ci && (npm \S+(?: \S+)?)/g)
    expect([first?.[1], second?.[1]]).toEqual(['npm run demo', 'npm test'])
  })

  it.each([...readme.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script))(
    'names a script that there is: %s',
    (script) => {
      expect(Object.keys(scripts)).toContain(script)
    },
  )

  it.each(variables.map(([name]) => name))('explains %s', (name) => {
    expect(readme).toContain(`\`${name}\``)
  })

  it.each(Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !name.startsWith('@types/')))(
    'gives a reason for depending on %s',
    (name) => {
      expect(readme).toContain(`| \`${name}\``)
    },
  )

  it('quotes what was measured', () => {
    const ofNginx = (agents: string) => measured('scrapes/s against nginx', agents, 'median')
    const ofPromClient = measured('scrapes/s against Fastify + prom-client', '5,000', 'median')
    const text = readme.replace(/\s+/g, ' ')
    expect(text).toContain(
      `it serves ${ofNginx('500')} as many scrapes a second of 500 agents, ${ofNginx('5,000')} as many of 5,000 and ${ofNginx('60,000')} as many of 60,000;`,
    )
    expect(text).toContain(`for each scrape, ${ofPromClient} as many:`)
    expect(text).toContain(
      `peaks at ${peakMemory('500')} of memory with 500 agents, ${peakMemory('5,000')} with 5,000 and ${peakMemory('60,000')} with 60,000.`,
    )
  })
})
