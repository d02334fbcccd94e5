import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadWebConfig } from '../../../src/server/web-config/load.ts'
import { programPath } from '../../../tools/program-path.ts'
import { aCa, aCertificate, writePair } from '../../support/certificates.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { sharedFolder } from './shared-folder.ts'
import { type Case, cases } from './toolkit-cases.ts'

const folder = sharedFolder()
const pathOf = ({ name }: Case) => join(folder, `${name.replaceAll(/\W+/g, '-')}.yml`)

/** What promtool says about each file. */
const verdicts = new Map<string, boolean>()

beforeAll(async () => {
  const pair = await aCertificate()
  writePair(folder, 'server', pair)
  writePair(folder, 'other', await aCertificate())
  writeFileSync(join(folder, 'ca.crt'), (await aCa()).cert)
  writeFileSync(join(folder, 'text.txt'), 'no certificate\n')
  for (const each of cases) writeFileSync(pathOf(each), each.yaml(pair))
  if (!haveTools('promtool')) return
  const { stdout, stderr } = spawnSync(programPath('promtool'), ['check', 'web-config', ...cases.map(pathOf)])
  for (const line of `${stdout}${stderr}`.split('\n')) {
    const [, path = '', verdict] = /^(\S+\.yml) (SUCCESS|FAILED)/.exec(line) ?? []
    if (verdict !== undefined) verdicts.set(path, verdict === 'SUCCESS')
  }
})

const isAccepted = async (each: Case) => (await loadWebConfig(pathOf(each))).ok

describe.skipIf(!haveTools('promtool'))('promtool and the exporter agree', () => {
  it.each(cases.filter(({ differs }) => differs === undefined))('$name: $good', async (each) => {
    expect([verdicts.get(pathOf(each)), await isAccepted(each)]).toEqual([each.good, each.good])
  })
})

describe.skipIf(!haveTools('promtool'))('the exporter differs on purpose', () => {
  it.each(cases.filter(({ differs }) => differs !== undefined))('$name: $differs', async (each) => {
    expect([verdicts.get(pathOf(each)), await isAccepted(each)]).toEqual([!each.good, each.good])
  })
})

it('covers at least 40 files', () => {
  expect(cases.filter(({ differs }) => differs === undefined).length).toBeGreaterThanOrEqual(40)
})
