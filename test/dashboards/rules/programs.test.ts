import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../tools/files.ts'
import { programPath } from '../../../tools/program-path.ts'
import { filesIn } from '../../../tools/rule-files.ts'
import { haveTools } from '../../support/programs/tools.ts'

/** Runs a program in the top folder of the project. */
function run(command: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(programPath(command), args, { cwd: ROOT, encoding: 'utf8' })
  return { status, output: status === 0 ? stdout : stdout + stderr }
}

const well = (output: unknown = expect.any(String)) => ({ status: 0, output })

describe.skipIf(!haveTools('promtool'))('promtool', () => {
  it('accepts the configuration of Prometheus and its rules', () => {
    expect(run('promtool', 'check', 'config', 'prometheus.yml')).toEqual(
      well(expect.stringContaining(`${filesIn('rules').length} rule files found`)),
    )
  })

  it.each(filesIn('rules'))('reports no problem in %s', (path) => {
    expect(run('promtool', 'check', 'rules', '--lint=all', '--lint-fatal', path)).toEqual(well())
  })

  it.each(filesIn('rules/tests'))('passes the tests in %s', (path) => {
    expect(run('promtool', 'test', 'rules', path)).toEqual(well())
  })
})

describe.skipIf(!haveTools('amtool'))('amtool', () => {
  it('accepts the configuration of Alertmanager', () => {
    expect(run('amtool', 'check-config', 'alertmanager.yml')).toEqual(well())
  })

  it.each([
    [['severity=critical', 'alertname=WolkvoxNoAgentReady'], 'webhook'],
    [['severity=warning', 'alertname=WolkvoxAgentAuxLong'], 'webhook'],
    [['severity=info', 'alertname=WolkvoxOccupancyLow'], 'nobody'],
  ])('routes %s to %s', (labels, receiver) => {
    const args = ['config', 'routes', 'test', '--config.file=alertmanager.yml', ...labels]
    expect(run('amtool', ...args)).toEqual(well(`${receiver}\n`))
  })
})
