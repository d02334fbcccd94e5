import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../tools/files.ts'
import { composeFiles, type Service, uses, withFile } from './compose.ts'

// Optional: Debian's package is too old to read these files.
const haveCompose = spawnSync('docker', ['compose', 'version']).status === 0

/** The fields of a service that the test reads, as Compose prints them. */
interface PrintedService {
  readonly command?: readonly string[] | null
  readonly volumes?: readonly { readonly source: string; readonly target: string }[]
}

describe.skipIf(!haveCompose)('docker compose config', () => {
  const [, one, several] = composeFiles

  it.each([
    ['the demo', {}],
    ['one operation', { ...withFile(one), WOLKVOX_SERVER: '0042' }],
    ['several operations', withFile(several)],
  ] as const)('reads the files for %s as the tests do', (use, environment) => {
    const printed = compose(environment)
    expect(Object.keys(printed).sort()).toEqual(Object.keys(uses[use].services).sort())
    for (const [name, { command, volumes = [], ...rest }] of Object.entries(printed)) {
      const expected = uses[use].services[name] as Service
      expect(command ?? undefined).toEqual(wordsOf(expected.command))
      expect(volumes.map(({ source, target }) => [source.replace(ROOT, './'), target])).toEqual(
        expected.volumes.map(({ source, target }) => [source, target]),
      )
      expect(rest).toMatchObject({ read_only: true, cap_drop: ['ALL'], user: expected.user })
    }
  })

  it('stops without a server if one operation is chosen', () => {
    expect(() => compose(withFile(one))).toThrow('set WOLKVOX_SERVER and a token in .env')
  })
})

/** The services that Compose reads. @throws with its error messages */
function compose(environment: Readonly<Record<string, string>>): Record<string, PrintedService> {
  const { PATH, HOME } = process.env
  const { status, stdout, stderr } = spawnSync(
    'docker',
    // A .env of the developer would decide otherwise.
    ['compose', '--env-file=/dev/null', 'config', '--format=json'],
    { cwd: ROOT, env: { PATH, HOME, ...environment }, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout).services
}

const wordsOf = (command: Service['command']) =>
  typeof command === 'string' ? command.trim().split(/\s+/) : command
