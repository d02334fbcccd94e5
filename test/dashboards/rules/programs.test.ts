import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, readText } from '../../../tools/files.ts'
import { programPath } from '../../../tools/program-path.ts'
import { filesIn } from '../../../tools/rule-files.ts'
import { haveTools } from '../../support/programs/tools.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

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

it.skipIf(!haveTools('promtool'))(
  'the copy for a try of an alert has all rules, and targets on this machine',
  () => {
    const page = readText('docs/alerts.md').split('## Try an alert')[1] ?? ''
    const folder = temporaryFolder()
    const commands = (/```sh\n(.*?)```/s.exec(page)?.[1] ?? '').replaceAll('/tmp/wolkvox-alert', folder)
    expect(spawnSync('sh', ['-e', '-c', commands], { cwd: ROOT, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
    const copy = `${folder}/prometheus.yml`
    expect(run('promtool', 'check', 'config', copy)).toEqual(
      well(expect.stringContaining(`${filesIn('rules').length} rule files found`)),
    )
    const hosts = [...readFileSync(copy, 'utf8').matchAll(/targets: \['([^:]+):/g)].map(([, host]) => host)
    expect(hosts).toEqual(Array.from({ length: 4 }, () => 'localhost'))
    expect(page).toContain('--config.file=/tmp/wolkvox-alert/prometheus.yml ')
  },
)

/** `alertmanager.yml` with the routes that are comments there, and their receivers. */
function writeWithAllRoutes(): string {
  const text = readText('alertmanager.yml').replace(/^( {4})# (- matchers: .*\n) {4}# /gm, '$1$2$1')
  const named = new Set([...text.matchAll(/^ {6}receiver: (\S+)$/gm)].map(([, name]) => name))
  const missing = [...named].filter((name) => !text.includes(`- name: ${name}\n`))
  const file = join(temporaryFolder(), 'alertmanager.yml')
  writeFileSync(file, text + missing.map((name) => `  - name: ${name}\n`).join(''))
  return file
}

describe.skipIf(!haveTools('amtool'))('amtool', () => {
  it.each([
    [['alertname=WolkvoxServiceLevelLow', 'operation=soporte', 'skill_name=Soporte'], 'webhook'],
    [['alertname=WolkvoxServiceLevelLow', 'operation=ventas-bogota', 'skill_name=Ventas'], 'ventas-bogota'],
    [
      ['alertname=WolkvoxServiceLevelLow', 'operation=ventas-bogota', 'skill_name=Soporte'],
      'supervision-soporte',
    ],
  ])('with the routes in comments, routes %j to %s', (labels, receiver) => {
    const file = writeWithAllRoutes()
    const args = ['config', 'routes', 'test', `--config.file=${file}`, 'severity=warning', ...labels]
    expect(run('amtool', ...args)).toEqual(well(`${receiver}\n`))
  })

  it('the documented route of a skill is that of alertmanager.yml', () => {
    const [route = ''] = /- matchers: .*skill_name.*\n +receiver: .*\n/.exec(readText('docs/alerts.md')) ?? []
    const comments = route
      .trim()
      .split(/\n */)
      .map((line, index) => `    # ${index > 0 ? '  ' : ''}${line}\n`)
    expect(readText('alertmanager.yml')).toContain(comments.join(''))
  })

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
