import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment } from '../../src/config/environment.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { variables } from '../../src/config/variables.ts'
import { eventually } from '../../tools/eventually.ts'
import { ROOT, readText } from '../../tools/files.ts'
import { freePort } from '../../tools/free-port.ts'
import { runProgram, startProgram } from '../support/programs/program.ts'
import { startServer } from '../support/programs/server.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import {
  composeFiles,
  environmentOf,
  type Mount,
  readCompose,
  type Service,
  uses,
  variablesOfCompose,
  withFile,
} from './compose.ts'
import { execOf, image, stepsOf } from './image/dockerfile.ts'

const compose = readCompose()
const services = Object.entries(compose.services)
const service = (name: string) => compose.services[name] as Service

const isOnMachine = ({ source }: Mount) => /^[./]/.test(source)

const DISABLED_RULES = [
  // The order of keys does not change the result.
  'service-keys-order',
  'services-alphabetical-order',
  'top-level-properties-order',
  // The additional files have the name of the main file; see the test below.
  'require-project-name-field',
]

const lint = (path: string) =>
  runProgram(process.execPath, [
    `${ROOT}node_modules/dclint/bin/dclint.cjs`,
    path,
    '--max-warnings=0',
    ...DISABLED_RULES.map((rule) => `--disable-rule=${rule}`),
  ])

describe('the linter', () => {
  it.each(composeFiles)('accepts %s', async (file) => {
    expect(await lint(`${ROOT}${file}`)).toEqual({ code: 0, output: '\n' })
  })

  it('is not asked for the name of the project, which the main file has', () => {
    expect(readText('docker-compose.yml')).toMatch(/^name: wolkvox$/m)
  })

  it('rejects keys that the specification does not have', async () => {
    const wrong = join(temporaryFolder(), 'docker-compose.yml')
    writeFileSync(wrong, readText('docker-compose.yml').replaceAll('read_only:', 'readonly:'))
    const { code, output } = await lint(wrong)
    expect(code).not.toBe(0)
    expect(output).toContain('must NOT have additional properties')
  })
})

const everyService = Object.entries(uses).flatMap(([use, { services, volumes }]) =>
  Object.entries(services).map(([name, each]) => ({ use, name, each, volumes })),
)

describe.each(everyService)('the service $name for $use', ({ each, volumes }) => {
  it('runs an image with a fixed version', () => {
    expect(each.image).toMatch(/:v?\d+\.\d+\.\d+$/)
  })

  it('runs as a user other than root, without a way to get more privileges', () => {
    expect(each.user).toMatch(/^[1-9]\d*:\d+$/)
    expect(each.cap_drop).toEqual(['ALL'])
    expect(each.security_opt).toEqual(['no-new-privileges:true'])
  })

  it('can write only to named volumes', () => {
    expect(each.read_only).toBe(true)
    for (const mount of each.volumes) {
      if (isOnMachine(mount)) expect(mount.readOnly, mount.source).toBe(true)
      else expect(Object.keys(volumes)).toContain(mount.source)
    }
  })

  it('has a health check that needs no shell', () => {
    expect(each.healthcheck?.test[0]).toBe('CMD')
  })

  it('has a memory limit', () => {
    expect(each.mem_limit).toMatch(/^\d+[mg]$/)
  })

  it('publishes its ports only on this machine', () => {
    for (const port of each.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/)
  })
})

describe('the compose file', () => {
  const mounted = new Set(
    everyService.flatMap(({ each }) => each.volumes.filter(isOnMachine).map(({ source }) => source)),
  )

  // The reader makes this folder from an example.
  it.each([...mounted].filter((path) => path !== './operations'))('mounts existing paths: %s', (path) => {
    expect(existsSync(join(ROOT, path))).toBe(true)
  })

  it('has an existing dashboard as its home dashboard', () => {
    const home = service('grafana').environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''
    expect(existsSync(join(ROOT, home.replace('/etc/grafana', 'grafana')))).toBe(true)
  })

  it('runs the exporter under an init process, so that SIGTERM also works while Node starts', () => {
    expect(service('exporter').init).toBe(true)
  })

  it('runs the image of this checkout with its user and health check', () => {
    const { version } = JSON.parse(readText('package.json'))
    expect(service('exporter')).toMatchObject({
      image: `wolkvox-exporter:${version}`,
      build: { context: '.' },
      user: stepsOf(image, 'USER').at(-1)?.words[0],
      healthcheck: { test: ['CMD', ...stepsOf(image, 'HEALTHCHECK').flatMap(execOf)] },
    })
  })

  it('never pulls the image of the exporter', () => {
    const policies = services
      .filter(([, { image }]) => image === service('exporter').image)
      .map(([name, { pull_policy }]) => [name, pull_policy])
    expect(policies).toEqual([
      ['exporter', 'build'],
      ['notifications', 'never'],
    ])
  })

  it.each(['prometheus.yml', 'prometheus.several.yml'])('has a service for every target in %s', (file) => {
    const { alerting, scrape_configs } = parse(readText(file))
    const targets = [...alerting.alertmanagers, ...scrape_configs].flatMap(
      ({ static_configs = [], http_sd_configs = [] }) => [
        ...static_configs.flatMap(({ targets }: { targets: string[] }) => targets),
        ...http_sd_configs.map(({ url }: { url: string }) => new URL(url).host),
      ],
    )
    expect(targets).toContain('exporter:9989')
    for (const target of targets) {
      const [host = '', port] = target.split(':')
      // Prometheus also scrapes itself.
      const composeService = service(host === 'localhost' ? 'prometheus' : host)
      expect(composeService.ports, target).toEqual([`127.0.0.1:${port}:${port}`])
    }
  })

  it('receives notifications at the URL in alertmanager.yml', () => {
    const [, port] = /url: http:\/\/localhost:(\d+)\/$/m.exec(readText('alertmanager.yml')) ?? []
    const { entrypoint, network_mode, healthcheck } = service('notifications')
    expect(entrypoint?.[2]).toBe(port)
    expect(network_mode).toBe('service:alertmanager')
    expect(healthcheck?.test.at(-1)).toMatch(new RegExp(`:${port}$`))
  })

  it('links to the published port of Grafana', () => {
    const { hostname, port } = new URL(String(service('notifications').entrypoint?.[3]))
    expect(hostname).toBe('localhost')
    expect(service('grafana').ports).toEqual([`127.0.0.1:${port}:3000`])
  })
})

describe('docker compose up', () => {
  const [SERVER, TOKEN] = [{ WOLKVOX_SERVER: '0042' }, { WOLKVOX_TOKEN: 'test-token' }]
  const tokenFile = () => {
    const path = join(temporaryFolder(), 'token')
    writeFileSync(path, 'test-token')
    return { WOLKVOX_TOKEN_FILE: path }
  }

  /** The arguments and environment of the exporter's container with this .env. */
  function containerWith(outside: Readonly<Record<string, string>>) {
    const { services, secrets } = readCompose(outside)
    const exporter = services.exporter as Service
    const environment = { ...environmentOf(exporter, outside) }
    for (const name of exporter.secrets ?? []) {
      const inside = Object.keys(environment).find((key) => environment[key] === `/run/secrets/${name}`)
      if (inside !== undefined) environment[inside] = secrets[name]?.file ?? ''
      // Compose mounts the secret in any case.
      expect(existsSync(join(ROOT, secrets[name]?.file ?? '')) || inside !== undefined).toBe(true)
    }
    return { args: argumentsOf(exporter), environment, volumes: exporter.volumes }
  }

  const argumentsOf = ({ command }: Service) => String(command).trim().split(/\s+/)

  const example = Object.fromEntries(
    [...readText('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  )

  it('mounts the files that a .env names', () => {
    const files = {
      ...tokenFile(),
      WOLKVOX_CA_FILE: '/etc/ca.pem',
      WOLKVOX_HASH_KEY_FILE: '/etc/hash-key',
    }
    const { environment } = containerWith({ ...example, ...SERVER, ...files })
    expect(environment).toMatchObject(files)
  })

  it.each([
    ['no .env', {}],
    ['a .env without an operation', { DASHBOARD_LANGUAGE: 'en', WOLKVOX_SERVER: '' }],
  ])('starts the demo without storage with %s', (_, outside) => {
    const { args, environment } = containerWith(outside)
    expect(parseArguments(args)).toEqual({ command: 'demo', flags: new Map() })
    expect(environment).toEqual({})
  })

  it.each([
    ['a server', () => SERVER],
    ['a token', () => TOKEN],
    ['a file with a token', tokenFile],
    ['all of them', () => ({ ...SERVER, ...TOKEN, ...tokenFile() })],
  ])('reports that COMPOSE_FILE is missing instead of starting the demo with %s alone', (_, half) => {
    const { args } = containerWith(half())
    expect(() => parseArguments(args)).toThrow('COMPOSE_FILE-is-missing-in-.env')
  })

  it('reports that the server is missing with the unchanged example', () => {
    expect(() => containerWith(example)).toThrow('WOLKVOX_SERVER: set WOLKVOX_SERVER and a token in .env')
  })

  it.each([
    ['token', () => TOKEN],
    ['file with a token', tokenFile],
  ])('serves the operation with a server and a %s', async (_, token) => {
    const { args, environment } = containerWith({ ...example, ...SERVER, ...token() })
    expect(parseArguments(args)).toEqual({ command: 'serve', flags: new Map([['storage.path', ['/data']]]) })
    const { operations, warnings } = await readEnvironment(environment)
    expect(operations).toEqual([expect.objectContaining({ name: '0042', server: '0042' })])
    expect(operations[0]?.token.reveal()).toBe('test-token')
    expect(warnings).toEqual([])
  })

  it.each([
    ['no token', () => ({}), 'WOLKVOX_TOKEN'],
    ['a token twice', () => ({ ...TOKEN, ...tokenFile() }), 'WOLKVOX_TOKEN_FILE'],
  ])('reports the problem with a server and %s', async (_, token, setting) => {
    const { args, environment } = containerWith({ ...example, ...SERVER, ...token() })
    expect(parseArguments(args).command).toBe('serve')
    const problems = await problemsOf(() => readEnvironment(environment))
    expect(problems).toContainEqual(expect.stringMatching(`^${setting}:`))
  })

  it('passes on every setting, and the example lists each of them', () => {
    const settings = variables.map(([name]) => name).filter((name) => name !== 'WOLKVOX_CONFIG_FILE')
    const passed = uses['one operation'].services.exporter?.environment ?? {}
    expect(Object.keys(passed).sort()).toEqual(settings.toSorted())
    expect(Object.keys(example).sort()).toEqual([...new Set([...settings, ...variablesOfCompose])].sort())
  })

  it('chooses the files in the same way on every system', () => {
    expect(example.COMPOSE_FILE?.split(example.COMPOSE_PATH_SEPARATOR ?? ';')).toEqual(
      composeFiles.slice(0, 2),
    )
  })

  describe('with several operations', () => {
    const several = withFile('docker-compose.several.yml')
    const { args, volumes } = containerWith(several)

    it('serves the configuration file in the mounted folder, with storage', () => {
      const { command, flags } = parseArguments(args)
      expect([command, flags.get('storage.path')]).toEqual(['serve', ['/data']])
      const folder = volumes.find(({ source }) => source === './operations')?.target
      expect(flags.get('config.file')).toEqual([`${folder}/wolkvox.yml`])
      expect(volumes.some(({ target }) => target === '/data')).toBe(true)
    })

    it('does not create a missing folder', () => {
      expect(readText('docker-compose.several.yml')).toContain('bind: { create_host_path: false }')
    })

    it('passes on .env, so that the exporter refuses settings that have no effect', () => {
      expect(readCompose(several).services.exporter).toMatchObject({
        env_file: [{ path: '.env', required: false }],
      })
      expect(containerWith({ ...several, ...SERVER }).environment).toEqual({})
    })

    it('replaces the configuration of Prometheus', () => {
      const sources = readCompose(several).services.prometheus?.volumes.map(({ source }) => source)
      expect(sources).toEqual(['./prometheus.several.yml', './rules', 'prometheus-data'])
    })
  })
})

describe('the health check', () => {
  /** Runs the health check of a service on this machine, with another port and program. */
  async function check(name: string, port: number, program: readonly string[]) {
    const [, , ...args] = service(name).healthcheck?.test ?? []
    const localArgs = args.map((arg) => arg.replace(/:\d+$/, `:${port}`))
    expect(localArgs).not.toEqual(args)
    const [command = '', ...before] = program
    return (await runProgram(command, [...before, ...localArgs.slice(before.length)])).code
  }

  it.skipIf(!haveTools('prometheus-alertmanager', 'amtool'))(
    'of Alertmanager succeeds only if Alertmanager is running',
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

  it('of the notification receiver succeeds, and the receiver prints notifications', async () => {
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
      labels: { alertname: 'WolkvoxNoAgentReady', severity: 'critical', operation: 'ventas' },
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
      `firing WolkvoxNoAgentReady: No agent of ventas is ready. ${link}\n` +
        `resolved WolkvoxNoAgentReady: no longer firing, operation=ventas ${link}\n`,
    )
  })
})

describe('the notification receiver', () => {
  it('exits without an error when the reader of its output exits', async () => {
    const port = await freePort()
    const program = startProgram(process.execPath, [`${ROOT}deploy/compose/notifications.ts`, String(port)])
    program.process.stdout?.destroy()
    const closed = once(program.process, 'close')
    const body = JSON.stringify({ alerts: [{ status: 'firing', labels: {}, annotations: {} }] })
    await eventually('response', () =>
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
