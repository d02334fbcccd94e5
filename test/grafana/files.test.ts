import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dashboards, textOf } from '../../grafana/dashboards.ts'
import { ROOT, readText } from '../files.ts'

const folder = 'grafana/dashboards'

describe('the files of the dashboards', () => {
  it.each(dashboards())('$path is what the code makes (npm run dashboards makes it anew)', (made) => {
    expect(readText(`${folder}/${made.path}`)).toBe(textOf(made.dashboard))
  })

  it('are these and no others', () => {
    const found = readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    expect(found.filter((path) => path.endsWith('.json')).sort()).toEqual(
      dashboards()
        .map(({ path }) => path)
        .sort(),
    )
  })
})
