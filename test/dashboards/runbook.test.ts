import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../src/config/flags.ts'
import { readText } from '../support/files.ts'
import { runProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const runbook = readText('docs/runbook.md')

/** The code blocks of a language, without their indentation. */
const blocksOf = (language: string) =>
  [...runbook.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))].map(
    ([, indent, block = '']) => block.replace(new RegExp(`^${indent}`, 'gm'), ''),
  )

describe('the runbook', () => {
  it('links only to its own headings', () => {
    const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )
    for (const [, anchor] of runbook.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor)
  })

  it('extends the command of the systemd unit', () => {
    const [, shipped = ''] =
      /^ExecStart=(.+)$/m.exec(readText('deploy/systemd/wolkvox-exporter.service')) ?? []
    const [dropIn = ''] = blocksOf('ini')
    const commands = [...dropIn.matchAll(/^ExecStart=(.*)$/gm)].map(([, command = '']) => command)
    expect(commands).toEqual(['', expect.stringMatching(/ serve .+ --web\.listen-address=:9990$/)])
    expect(commands[1]?.startsWith(`${shipped} `)).toBe(true)
    const [, args = ''] = /\.cjs (.+)$/.exec(commands[1] ?? '') ?? []
    expect(() => parseArguments(args.split(' '))).not.toThrow()
  })

  it('names the deployments that the project has', () => {
    expect(readText('docker-compose.yml')).toMatch(/^ {2}exporter:$/m)
    expect(readText('docker-compose.yml')).toMatch(/^ {2}prometheus:$/m)
    expect(readText('docker-compose.yml')).toMatch(/^ {2}alertmanager:$/m)
    expect(readText('deploy/kubernetes/example/kustomization.yaml')).toMatch(/^namespace: wolkvox$/m)
    expect(readText('deploy/kubernetes/exporter/deployment.yaml')).toMatch(/^ {2}name: wolkvox-exporter$/m)
  })

  it.skipIf(!haveTools('promtool'))('has a valid configuration for an existing Prometheus', async () => {
    const [config = ''] = blocksOf('yaml')
    const file = join(temporaryFolder(), 'prometheus.yml')
    writeFileSync(file, config)
    const { code, output } = await runProgram('promtool', ['check', 'config', file])
    expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  })
})
