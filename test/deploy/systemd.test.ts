import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allocation } from '../../bench/speed/exporter.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { variables } from '../../src/config/variables.ts'
import { ROOT, readText } from '../files.ts'
import { runProgram } from '../programs/program.ts'
import { haveTools } from '../programs/tools.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const UNIT = 'deploy/systemd/wolkvox-exporter.service'

/** Of 10, by systemd's own count; what V8 needs keeps it from less. */
const MOST_EXPOSED = 2

const unit = readText(UNIT)

describe.skipIf(!haveTools('systemd-analyze'))('systemd', () => {
  it('finds nothing to complain of in the unit', async () => {
    expect(await runProgram('systemd-analyze', ['verify', `${ROOT}${UNIT}`])).toEqual({ code: 0, output: '' })
  })

  it('counts it among the services that are well shut off', async () => {
    const { output } = await runProgram('systemd-analyze', ['security', '--offline=true', `${ROOT}${UNIT}`])
    const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(output) ?? []
    expect(Number(exposure)).toBeLessThan(MOST_EXPOSED)
  })

  it('would complain of a unit that is wrong', async () => {
    const wrong = join(temporaryFolder(), 'wrong.service')
    writeFileSync(wrong, unit.replace('/usr/bin/env', '/no/such/program'))
    expect((await runProgram('systemd-analyze', ['verify', wrong])).code).not.toBe(0)
  })
})

describe('the unit', () => {
  it('starts the exporter with flags and settings that it has', () => {
    const [, command = ''] = /^ExecStart=.*main\.js (.*)$/m.exec(unit) ?? []
    expect(() => parseArguments(command.split(' '))).not.toThrow()
    expect(command).toContain('serve')
    const settings = [...unit.matchAll(/^Environment=(\w+)=/gm)].map(([, name]) => name)
    const own = settings.filter((name) => name !== 'MALLOC_ARENA_MAX')
    expect(own).not.toEqual([])
    for (const setting of own) expect(variables.map(([name]) => name)).toContain(setting)
  })

  it('has memory allocated as it was when its peak was measured', () => {
    for (const [name, value] of Object.entries(allocation)) {
      expect(unit).toContain(`\nEnvironment=${name}=${value}\n`)
    }
  })

  it('does not start again what a wrong setting has ended', () => {
    expect(unit).toContain('RestartPreventExitStatus=2')
  })
})
