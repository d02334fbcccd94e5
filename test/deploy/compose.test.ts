import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { variables } from '../../src/config/variables.ts'
import { ROOT, readText } from '../support/files.ts'
import { eventually } from '../support/programs/eventually.ts'
import { runProgram, startProgram } from '../support/programs/program.ts'
import { freePort, startServer } from '../support/programs/server.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { askedFor, environmentOf, readCompose, type Service } from './compose.ts'
import { execOf, image, stepsOf } from './image/dockerfile.ts'

const compose = readCompose()
const services = Object.entries(compose.services)
const service = (name: string) => compose.services[name] as Service

// The order of things is a matter of reading, not of running.
const LENIENT = ['service-keys-order', 'services-alphabetical-order', 'top-level-properties-order']

const lint = (path: string) =>
  runProgram(process.execPath, [
    `${ROOT}node_modules/dclint/bin/dclint.cjs`,
    path,
    '--max-warnings=0',
    ...LENIENT.map((rule) => `--disable-rule=${rule}`),
  ])

describe('the linter', () => {
  it('finds the compose file in order', async () => {
    expect(await lint(`${ROOT}docker-compose.yml`)).toEqual({ code: 0, output: '\n' })
  })

  it('would complain of what the specification does not know', async () => {
    const wrong = join(temporaryFolder(), 'docker-compose.yml')
    writeFileSync(wrong, readText('docker-compose.yml').replaceAll('read_only:', 'readonly:'))
    const { code, output } = await lint(wrong)
    expect(code).not.toBe(0)
    expect(output).toContain('must NOT have additional properties')
  })
})

describe.each(services)('the service %s', (_name, each) => {
  it('runs an image of a certain version', () => {
    expect(each.image).toMatch(/:v?\d+\.\d+\.\d+$/)
  })

  it('runs as somebody who is not root, who can become nobody else', () => {
    expect(each.user).toMatch(/^[1-9]\d*:\d+$/)
    expect(each.cap_drop).toEqual(['ALL'])
    expect(each.security_opt).toEqual(['no-new-privileges:true'])
  })

  it('can write only into what it is given for that', () => {
    expect(each.read_only).toBe(true)
    const [mine, named] = [[] as string[], [] as string[]]
    for (const volume of each.volumes ?? []) (volume.startsWith('./') ? mine : named).push(volume)
    for (const volume of mine) expect(volume).toMatch(/:ro$/)
    for (const volume of named) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0])
  })

  it('has a health check that needs no shell', () => {
    expect(each.healthcheck?.test[0]).toBe('CMD')
  })

  it('has a limit to its memory', () => {
    expect(each.mem_limit).toMatch(/^\d+[mg]$/)
  })

  it('is reached from this machine alone', () => {
    for (const port of each.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/)
  })
})

describe('the compose file', () => {
  const mounted = services.flatMap(([, { volumes = [] }]) =>
    volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0] as string),
  )

  it.each(mounted)('mounts what there is: %s', (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true)
  })

  it('shows a dashboard that there is first', () => {
    const home = service('grafana').environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''
    expect(existsSync(join(ROOT, home.replace('/etc/grafana', 'grafana')))).toBe(true)
  })

  it('runs the exporter under an init, so that no SIGTERM is lost while Node starts', () => {
    expect(service('exporter').init).toBe(true)
  })

  it('runs the exporter of this checkout as its image says', () => {
    const { version } = JSON.parse(readText('package.json'))
    expect(service('exporter')).toMatchObject({
      image: `wolkvox-exporter:${version}`,
      build: { context: '.' },
      user: stepsOf(image, 'USER').at(-1)?.words[0],
      healthcheck: { test: ['CMD', ...stepsOf(image, 'HEALTHCHECK').flatMap(execOf)] },
    })
  })

  it('takes no image of that name from anywhere else', () => {
    const policies = services
      .filter(([, { image }]) => image === service('exporter').image)
      .map(([name, { pull_policy }]) => [name, pull_policy])
    expect(policies).toEqual([
      ['exporter', 'build'],
      ['notifications', 'never'],
    ])
  })

  it('has a service for everything that Prometheus asks', () => {
    const { alerting, scrape_configs } = parse(readText('prometheus.yml'))
    const targets = [...alerting.alertmanagers, ...scrape_configs].flatMap(({ static_configs }) =>
      static_configs.flatMap(({ targets }: { targets: string[] }) => targets),
    )
    expect(targets).toContain('exporter:9989')
    for (const target of targets) {
      const [host = '', port] = target.split(':')
      // Prometheus asks itself, too.
      const asked = service(host === 'localhost' ? 'prometheus' : host)
      expect(asked.ports, target).toEqual([`127.0.0.1:${port}:${port}`])
    }
  })

  it('listens where Alertmanager sends to', () => {
    const [, port] = /url: http:\/\/localhost:(\d+)\/$/m.exec(readText('alertmanager.yml')) ?? []
    const { entrypoint, network_mode, healthcheck } = service('notifications')
    expect(entrypoint?.[2]).toBe(port)
    expect(network_mode).toBe('service:alertmanager')
    expect(healthcheck?.test.at(-1)).toMatch(new RegExp(`:${port}$`))
  })

  it('links to where the Grafana beside it can be reached', () => {
    const { hostname, port } = new URL(String(service('notifications').entrypoint?.[3]))
    expect(hostname).toBe('localhost')
    expect(service('grafana').ports).toEqual([`127.0.0.1:${port}:3000`])
  })
})

describe('one command', () => {
  const [SERVER, TOKEN] = [{ WOLKVOX_SERVER: '0042' }, { WOLKVOX_TOKEN: 'test-token' }]
  const tokenFile = () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'test-token')
    return { WOLKVOX_TOKEN_FILE: path }
  }

  /** What the exporter's container would run with this .env, and with which environment. */
  function started(outside: Readonly<Record<string, string>>) {
    const { services, secrets } = readCompose(outside)
    const exporter = services.exporter as Service
    const { command, flags } = parseArguments(String(exporter.command).split(/\s+/))
    const environment = { ...environmentOf(exporter, outside) }
    for (const name of exporter.secrets ?? []) {
      const inside = environment.WOLKVOX_TOKEN_FILE === `/run/secrets/${name}`
      if (inside) environment.WOLKVOX_TOKEN_FILE = secrets[name]?.file ?? ''
      // A secret is mounted in any case.
      expect(existsSync(join(ROOT, secrets[name]?.file ?? '')) || inside).toBe(true)
    }
    return { command, storagePath: flags.get('storage.path')?.at(-1), environment }
  }

  const example = Object.fromEntries(
    [...readText('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  )

  it.each([
    ['without a .env', {}],
    ['with the example of one as it is', example],
  ])('shows the demo %s, which keeps nothing', (_, outside) => {
    expect(started(outside)).toMatchObject({ command: 'demo', storagePath: undefined })
  })

  it.each([
    ['token', () => TOKEN],
    ['file with a token', tokenFile],
  ])('serves the operation with a server and a %s', async (_, token) => {
    const { command, storagePath, environment } = started({ ...example, ...SERVER, ...token() })
    expect({ command, storagePath }).toEqual({ command: 'serve', storagePath: '/data/0042' })
    const { operations, warnings } = await readEnvironment(environment)
    expect(operations).toEqual([expect.objectContaining({ name: '0042', server: '0042' })])
    expect(operations[0]?.token.reveal()).toBe('test-token')
    expect(warnings).toEqual([])
  })

  it.each([
    ['a server alone', () => SERVER, 'WOLKVOX_TOKEN'],
    ['a token alone', () => TOKEN, 'WOLKVOX_SERVER'],
    ['a file with a token alone', tokenFile, 'WOLKVOX_SERVER'],
    ['a token twice', () => ({ ...TOKEN, ...tokenFile() }), 'WOLKVOX_SERVER'],
    ['a server and a token twice', () => ({ ...SERVER, ...TOKEN, ...tokenFile() }), 'WOLKVOX_TOKEN_FILE'],
  ])('shows no demo for the real thing with %s, and says what is missing', async (_, half, missing) => {
    const { command, environment } = started({ ...example, ...half() })
    expect(command).toBe('serve')
    const problems = await problemsOf(() => readEnvironment(environment))
    expect(problems).toContainEqual(expect.stringMatching(`^${missing}:`))
  })

  it('takes every setting of the exporter that it can take, and names each in the example', () => {
    const settings = variables.map(([name]) => name).filter((name) => name !== 'WOLKVOX_CONFIG_FILE')
    expect(Object.keys(service('exporter').environment ?? {}).sort()).toEqual(settings.toSorted())
    expect(Object.keys(example).sort()).toEqual([...new Set([...settings, ...askedFor])].sort())
  })
})

describe('the health check', () => {
  /** Runs a service's health check here: of another port, and its program as this machine has it. */
  async function check(name: string, port: number, program: readonly string[]) {
    const [, , ...args] = service(name).healthcheck?.test ?? []
    const there = args.map((arg) => arg.replace(/:\d+$/, `:${port}`))
    expect(there).not.toEqual(args)
    const [command = '', ...before] = program
    return (await runProgram(command, [...before, ...there.slice(before.length)])).code
  }

  it.skipIf(!haveTools('prometheus-alertmanager', 'amtool'))(
    'of Alertmanager finds it well where it is, and not where it is not',
    async () => {
      const port = await freePort()
      await startServer(`http://127.0.0.1:${port}`, 'prometheus-alertmanager', [
        `--config.file=${ROOT}alertmanager.yml`,
        `--storage.path=${temporaryFolder()}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ])
      expect(await check('alertmanager', port, ['amtool'])).toBe(0)
      expect(await check('alertmanager', await freePort(), ['amtool'])).not.toBe(0)
    },
  )

  it('of the receiver of notifications finds it well, which prints what it is sent', async () => {
    const port = await freePort()
    const exporter = [process.execPath, `${ROOT}src/main.ts`]
    expect(await check('notifications', port, exporter)).toBe(1)
    const program = startProgram(process.execPath, [
      `${ROOT}deploy/compose/notifications.ts`,
      String(port),
      'http://localhost:3000',
    ])
    await eventually(
      'receiver',
      async () => (await check('notifications', port, exporter)) === 0 || undefined,
    )
    const alert = {
      labels: { alertname: 'WolkvoxNobodyReady', severity: 'critical', operation: 'ventas' },
      annotations: {
        summary: 'No agent is ready.',
        description: 'No agent of ventas is ready.',
        dashboard_url: '/d/wolkvox-operation-es?var-operation=ventas',
      },
    }
    const link = 'http://localhost:3000/d/wolkvox-operation-es?var-operation=ventas'
    for (const status of ['firing', 'resolved']) {
      const body = JSON.stringify({ alerts: [{ ...alert, status }] })
      expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).status).toBe(200)
    }
    await eventually('second line', () => program.output().split('\n').length > 2 || undefined)
    expect(program.output()).toBe(
      `firing WolkvoxNobodyReady: No agent of ventas is ready. ${link}\n` +
        `resolved WolkvoxNobodyReady: no longer firing, operation=ventas ${link}\n`,
    )
  })
})

describe('the receiver of notifications', () => {
  it('ends quietly when the reader of its lines has ended', async () => {
    const port = await freePort()
    const program = startProgram(process.execPath, [`${ROOT}deploy/compose/notifications.ts`, String(port)])
    program.process.stdout?.destroy()
    const closed = once(program.process, 'close')
    const body = JSON.stringify({ alerts: [{ status: 'firing', labels: {}, annotations: {} }] })
    await eventually('answer', () =>
      fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body }).catch(() => undefined),
    )
    expect(await closed).toEqual([0, null])
    expect(program.output()).toBe('')
  })
})

async function problemsOf(read: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await read()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
