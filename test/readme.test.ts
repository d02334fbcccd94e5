import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withMetricsTables } from '../scripts/metrics-table.ts'
import { variables } from '../src/config/variables.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

const readme = read('README.md')
const { scripts, dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
  'scripts' | 'dependencies' | 'devDependencies',
  Record<string, string>
>

describe('the README', () => {
  it('lists the metrics as the exporter has them (npm run docs makes it anew)', () => {
    expect(withMetricsTables(readme)).toBe(readme)
  })

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

  it.each([...readme.matchAll(/[\d.]+ ×/g)].map(([figure]) => figure))(
    'quotes %s as it was measured',
    (figure) => {
      expect(read('bench/RESULTS.md')).toContain(figure)
    },
  )
})
