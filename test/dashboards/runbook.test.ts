import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, readText } from '../../tools/files.ts'
import { readCompose } from '../deploy/compose.ts'
import { claim, deployment, example } from '../deploy/manifests.ts'
import { capturesOf } from '../support/pages.ts'
import { runProgram } from '../support/programs/program.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const runbook = readText('docs/runbook.md')

/** The code blocks of a language, without their indentation. */
const blocksOf = (language: string, page = runbook) =>
  [...page.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))].map(
    ([, indent, block = '']) => block.replace(new RegExp(`^${indent}`, 'gm'), ''),
  )

/** The different names that an expression captures in the runbook, in alphabetical order. */
const namesIn = (expression: RegExp) => capturesOf(runbook, expression).sort()

describe('the runbook', () => {
  it('names only services and volumes of the compose file', () => {
    const { services, volumes } = readCompose()
    const named = namesIn(/docker compose [a-z]+(?: --[^\s`]+)* (?!--)([\w-]+)/g)
    expect(named).toEqual(['alertmanager', 'exporter', 'prometheus'])
    expect(Object.keys(services)).toEqual(expect.arrayContaining(named))
    expect(namesIn(/volume `([\w-]+)` with Compose/g)).toEqual([expect.toBeOneOf(Object.keys(volumes))])
  })

  it('names only the deployment, the namespace and the claim of the Kubernetes manifests', () => {
    expect(namesIn(/--namespace[ =]([\w-]+)/g)).toEqual([example.namespace])
    expect(namesIn(/\bdeployment[/ ]([\w-]+)/g)).toEqual([deployment.metadata?.name])
    expect(namesIn(/claim\s+`([\w-]+)` with Kubernetes/g)).toEqual([claim.metadata?.name])
  })

  it('names only the unit of the project and those of the Debian packages', () => {
    const units = globSync('*.service', { cwd: `${ROOT}deploy/systemd` }).map((file) =>
      file.replace(/\.service$/, ''),
    )
    expect(namesIn(/(?:systemctl [a-z]+ (?:-p \w+ )?|--unit=)([\w-]+)/g)).toEqual(
      [...units, 'prometheus', 'prometheus-alertmanager'].sort(),
    )
  })

  it('names only files of the exporter that the systemd unit has too', () => {
    const unit = globSync('deploy/systemd/*', { cwd: ROOT }).map(readText).join('\n')
    const paths = namesIn(/(\/(?:etc|opt|var\/lib)\/wolkvox-exporter[\w./-]*)/g)
    expect(paths).not.toEqual([])
    expect(paths.filter((path) => !unit.includes(path))).toEqual([])
  })
})

it.skipIf(!haveTools('promtool'))(
  'the deployment guide has a valid configuration for an existing Prometheus',
  async () => {
    const [config = ''] = blocksOf('yaml', readText('docs/deployment.md'))
    const file = join(temporaryFolder(), 'prometheus.yml')
    writeFileSync(file, config)
    const { code, output } = await runProgram('promtool', ['check', 'config', file])
    expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')])
  },
)
