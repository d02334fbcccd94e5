import { execFileSync } from 'node:child_process'
import { parse } from 'yaml'
import { readText } from '../../tools/files.ts'

/** The fields of a service that the tests read. */
export interface Service {
  readonly image: string
  readonly pull_policy?: string
  readonly build?: { readonly context: string }
  readonly command?: string | readonly string[]
  readonly entrypoint?: readonly string[]
  readonly user?: string
  readonly init?: boolean
  readonly environment?: Readonly<Record<string, string | null>>
  readonly secrets?: readonly string[]
  readonly volumes: readonly Mount[]
  readonly ports?: readonly string[]
  readonly network_mode?: string
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly mem_limit?: string
}

/** A named volume, or a path of the machine, which starts with `./` or `/`, and where the container sees it. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

interface LongVolume {
  readonly source: string
  readonly target: string
  readonly read_only?: boolean
}

/** A file as it is written. */
interface File extends Partial<Omit<Compose, 'services'>> {
  readonly services: Readonly<
    Record<string, Omit<Service, 'volumes'> & { readonly volumes?: readonly (string | LongVolume)[] }>
  >
}

type Environment = Readonly<Record<string, string>>

const MAIN_FILE = 'docker-compose.yml'

/** The files of the project from which a reader can choose. */
export const composeFiles = [MAIN_FILE, 'docker-compose.one.yml', 'docker-compose.several.yml'] as const

/** The environment that chooses one of the additional files. */
export const withFile = (file: (typeof composeFiles)[number]) => ({
  COMPOSE_FILE: `${MAIN_FILE}:${file}`,
  COMPOSE_PATH_SEPARATOR: ':',
})

/**
 * What Compose makes of its files with an environment, as from a `.env`.
 *
 * @param further texts of files that the reader adds
 * @throws if a required variable has no value
 */
export function readCompose(environment: Environment = {}, ...further: readonly string[]): Compose {
  const { COMPOSE_FILE: files = MAIN_FILE, COMPOSE_PATH_SEPARATOR: separator = ':' } = environment
  const replaceVariables = (_key: unknown, value: unknown) =>
    typeof value === 'string' && value.includes('$') ? interpolate(value, environment) : value
  return [...files.split(separator).map(readText), ...further]
    .map((text) => withMounts(parse(text, replaceVariables, { merge: true })))
    .reduce(mergeFiles)
}

/** The file with the short and long forms of its volumes in one form. */
function withMounts(file: File): Compose {
  const services = Object.entries(file.services).map(([name, { volumes = [], ...service }]) => [
    name,
    { ...service, volumes: volumes.map(mountOf) },
  ])
  return { secrets: {}, volumes: {}, ...file, services: Object.fromEntries(services) }
}

function mountOf(volume: string | LongVolume): Mount {
  if (typeof volume !== 'string') {
    const { source, target, read_only: readOnly = false } = volume
    return { source, target, readOnly }
  }
  const [source = '', target = '', mode] = volume.split(':')
  return { source, target, readOnly: mode === 'ro' }
}

function mergeFiles(one: Compose, other: Compose): Compose {
  const services = Object.entries(other.services).map(([name, service]) => [
    name,
    merge(one.services[name] ?? {}, service, ''),
  ])
  return {
    services: { ...one.services, ...Object.fromEntries(services) },
    secrets: { ...one.secrets, ...other.secrets },
    volumes: { ...one.volumes, ...other.volumes },
  }
}

/** Keys of a service that the second file replaces. */
const REPLACED: ReadonlySet<string> = new Set(['command', 'entrypoint', 'healthcheck.test'])

/**
 * Merges a value of two files: mappings key by key, lists by appending. Of two volumes with the same target, the second one counts.
 *
 * @param path the keys that lead from the service to the value
 * @see https://docs.docker.com/reference/compose-file/merge/
 */
function merge(one: unknown, other: unknown, path: string): unknown {
  if (REPLACED.has(path)) return other
  if (Array.isArray(one) && Array.isArray(other)) {
    const identify = (entry: unknown) => (path === 'volumes' ? (entry as Mount).target : entry)
    return [...new Map([...one, ...other].map((entry) => [identify(entry), entry])).values()]
  }
  if (!isMapping(one) || !isMapping(other)) return other
  const below = Object.entries(other).map(([key, value]) => [
    key,
    merge(one[key], value, path === '' ? key : `${path}.${key}`),
  ])
  return { ...one, ...Object.fromEntries(below) }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The names of all variables in the compose files, and of those that choose the files. */
export const variablesOfCompose: ReadonlySet<string> = new Set([
  ...composeFiles.flatMap((file) =>
    [...readText(file).matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string),
  ),
  'COMPOSE_FILE',
  'COMPOSE_PATH_SEPARATOR',
])

/** The environment that a service's container gets. */
export function environmentOf({ environment = {} }: Service, outside: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment)
      .map(([name, value]) => [name, value ?? outside[name]] as const)
      .filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}

/** Compose uses the syntax of the shell, so the shell does the replacement. */
function interpolate(text: string, environment: Environment): string {
  const quoted = text.replace(/["`\\]/g, '\\$&')
  return execFileSync('/bin/sh', ['-c', `printf %s "${quoted}"`], {
    env: environment,
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

/** What Compose makes of the files for each of the uses. */
export const uses = {
  'the demo': readCompose(),
  'one operation': readCompose({ ...withFile('docker-compose.one.yml'), WOLKVOX_SERVER: '0042' }),
  'several operations': readCompose(withFile('docker-compose.several.yml')),
}
