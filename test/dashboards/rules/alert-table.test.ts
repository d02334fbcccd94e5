import { expect, it } from 'vitest'
import { inputsOf } from '../../../scripts/docs/alerts.ts'
import { readText } from '../../../tools/files.ts'
import { alerts, limitsOfAll } from '../../../tools/rule-files.ts'
import { firstColumn } from '../../support/pages.ts'

const inputsOfAlert = (name: string) =>
  inputsOf(name, alerts.find((alert) => alert.name === name)?.expr ?? '')

it.each([
  ['WolkvoxAgentAuxLong', ['agents'], ['aux_seconds']],
  // Through the recording rules, and of those with one name only the one for this condition.
  ['WolkvoxCallsWaiting', ['agents', 'skills'], ['unattended_agents', 'waiting_calls']],
  ['WolkvoxServiceLevelLow', ['skills'], ['service_level_ratio', 'service_level_seconds', 'skill_calls']],
  ['WolkvoxQuotaUsedByOthers', ['token_info'], ['other_programs_ratio']],
  ['WolkvoxExporterDown', [], []],
])('%s reads the reports %j and the limits %j', (name, reports, limits) => {
  expect(inputsOfAlert(name)).toEqual({ reports, limits })
})

it('every limit belongs to an alert', () => {
  const read = new Set(alerts.flatMap(({ name }) => inputsOfAlert(name).limits))
  expect(Object.keys(limitsOfAll).filter((limit) => !read.has(limit))).toEqual([])
})

it('the documentation lists every alert once', () => {
  const page = { path: 'docs/alerts.md', text: readText('docs/alerts.md') }
  const listed = firstColumn(page, 'alert').map((cell) => /^\[(\w+)\]/.exec(cell)?.[1])
  expect(listed.sort()).toEqual(alerts.map(({ name }) => name).sort())
})
