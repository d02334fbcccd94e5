import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readGroupsFile } from '../../src/config/groups-file.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function write(name: string, content: string): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

it.each([
  ['groups.csv', 'agent_id,team\n1001,Norte\n'],
  // A file from a Secret or a ConfigMap can have any name.
  ['groups', 'agent_id;team\n1001;Norte\n'],
  ['groups.yaml', '1001: { team: Norte }'],
  ['groups.YML', '- { agent_id: 1001, team: Norte }'],
  ['groups.json', '{ "1001": { "team": "Norte" } }'],
])('reads %s in its format', async (name, content) => {
  const { content: groups, problems } = await readGroupsFile(write(name, content))
  expect(problems).toEqual([])
  expect(groups).toMatchObject({ rows: 1, labelNames: ['team'] })
})

it('reads a file again after a change', async () => {
  const path = write('changing.csv', 'agent_id,team\n1,a\n')
  const { content: before } = await readGroupsFile(path)
  expect((await readGroupsFile(path)).content).toBe(before)
  writeFileSync(path, 'agent_id,team\n1,b\n')
  expect((await readGroupsFile(path)).content?.digest).not.toBe(before?.digest)
})

it.each([
  ['a file that is missing', () => join(temporaryFolder(), 'no-such-file'), /^cannot be read \(ENOENT\)/],
  [
    'a folder',
    () => temporaryFolder(),
    /^is not a regular file; set it to a file that contains a table of agents$/,
  ],
  ['a large file', () => write('large.csv', ' '.repeat(4 * 2 ** 20 + 1)), /^is too large/],
  [
    'large YAML',
    () => write('large.yaml', ' '.repeat(128 * 1024 + 1)),
    /^is YAML of more than 128 KiB; convert it to CSV, which may be larger$/,
  ],
  ['an empty file', () => write('empty.csv', ''), /^has no column agent_id/],
])('refuses %s', async (_, pathOf, problem) => {
  const { content: groups, problems } = await readGroupsFile(pathOf())
  expect(groups).toBeUndefined()
  expect(problems).toEqual([expect.stringMatching(problem)])
})

it('reports every column that cannot be a label', async () => {
  const { problems } = await readGroupsFile(write('columns.csv', 'agent_id,state,línea\n1,a,b\n'))
  expect(problems).toEqual([
    'column 2 ("state") is a reserved label; rename it',
    expect.stringMatching(/^column 3 \("línea"\) cannot be the name of a label/),
  ])
})
