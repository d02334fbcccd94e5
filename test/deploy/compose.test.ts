import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ConfigError } from '../../src/config/config-error.ts'
import { readEnvironment, variables } from '../../src/config/environment.ts'
import { parseArguments } from '../../src/config/flags.ts'
import { eventually } from '../../tools/eventually.ts'
import { ROOT, readText } from '../../tools/files.ts'
import { freePort } from '../../tools/free-port.ts'
import { runProgram, startProgram } from '../support/programs/program.ts'
import { startServer } from '../support/programs/server.ts'
import { haveTools } from '../support/programs/tools.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { environmentOf, readCompose, type Service, variablesOfCompose } from './compose.ts'
import { execOf, image, stepsOf } from './image/dockerfile.ts'

const compose = readCompose()
const services = Object.entries(compose.services)
const service = (name: string) => compose.services[name] as Service

// Rules about the order of keys, which does not change the result.
const DISABLED_RULES = ['service-keys-order', 'services-alphabetical-order', 'top-level-properties-order']

const lint = (path: string) =>
  runProgram(process.execPath, [
    `${ROOT}node_modules/dclint/bin/dclint.cjs`,
    path,
    '--max-warnings=0',
    ...DISABLED_RULES.map((rule) => `--disable-rule=${rule}`),
  ])

describe('the linter', () => {
  it('accepts the compose file', async () => {
    expect(await lint(`${ROOT}docker-compose.yml`)).toEqual({ code: 0, output: '\n' })
  })

  it('rejects keys that the specification does not have', async () => {
    const wrong = join(temporaryFolder(), 'docker-compose.yml')
    writeFileSync(wrong, readText('docker-compose.yml').replaceAll('read_only:', 'readonly:'))
    const { code, output } = await lint(wrong)
    expect(code).not.toBe(0)
    expect(output).toContain('must NOT have additional properties')
  })
})

describe.each(services)('the service %s', (_name, each) => {
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
    const [bound, named] = [[] as string[], [] as string[]]
    for (const volume of each.volumes ?? []) (volume.startsWith('./') ? bound : named).push(volume)
    for (const volume of bound) expect(volume).toMatch(/:ro$/)
    for (const volume of named) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0])
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
  const mounted = services.flatMap(([, { volumes = [] }]) =>
    volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0] as string),
  )

  it.each(mounted)('mounts existing paths: %s', (path) => {
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

  it('has a service for every target of Prometheus', () => {
    const { alerting, scrape_configs } = parse(readText('prometheus.yml'))
    const targets = [...alerting.alertmanagers, ...scrape_configs].flatMap(({ static_configs }) =>
      static_configs.flatMap(({ targets }: { targets: string[] }) => targets),
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

  /** The command and environment of the exporter's container with this .env. */
  function containerWith(outside: Readonly<Record<string, string>>) {
    const { services, secrets } = readCompose(outside)
    const exporter = services.exporter as Service
    const { command, flags } = parseArguments(String(exporter.command).split(/\s+/))
    const environment = { ...environmentOf(exporter, outside) }
    for (const name of exporter.secrets ?? []) {
      const inside = environment.WOLKVOX_TOKEN_FILE === `/run/secrets/${name}`
      if (inside) environment.WOLKVOX_TOKEN_FILE = secrets[name]?.file ?? ''
      // Compose mounts the secret in any case.
      expect(existsSync(join(ROOT, secrets[name]?.file ?? '')) || inside).toBe(true)
    }
    return { command, storagePath: flags.get('storage.path')?.at(-1), environment }
  }

  const example = Object.fromEntries(
    [...readText('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  )

  it.each([
    ['without a .env', {}],
    ['with the unchanged example', example],
  ])('starts the demo without storage %s', (_, outside) => {
    expect(containerWith(outside)).toMatchObject({ command: 'demo', storagePath: undefined })
  })

  it.each([
    ['token', () => TOKEN],
    ['file with a token', tokenFile],
  ])('serves the operation with a server and a %s', async (_, token) => {
    const { command, storagePath, environment } = containerWith({ ...example, ...SERVER, ...token() })
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
  ])('reports missing settings instead of starting the demo with %s', async (_, half, missing) => {
    const { command, environment } = containerWith({ ...example, ...half() })
    expect(command).toBe('serve')
    const problems = await problemsOf(() => readEnvironment(environment))
    expect(problems).toContainEqual(expect.stringMatching(`^${missing}:`))
  })

  it('passes on every setting, and the example lists each of them', () => {
    const settings = variables.map(([name]) => name).filter((name) => name !== 'WOLKVOX_CONFIG_FILE')
    expect(Object.keys(service('exporter').environment ?? {}).sort()).toEqual(settings.toSorted())
    expect(Object.keys(example).sort()).toEqual([...new Set([...settings, ...variablesOfCompose])].sort())
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
