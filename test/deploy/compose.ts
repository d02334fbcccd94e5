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
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly network_mode?: string
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly mem_limit?: string
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

type Environment = Readonly<Record<string, string>>

/** The compose file with its variables replaced from an environment, as from a `.env`. */
export function readCompose(environment: Environment = {}): Compose {
  const replaceVariables = (_key: unknown, value: unknown) =>
    typeof value === 'string' && value.includes('$') ? interpolate(value, environment) : value
  return parse(readText('docker-compose.yml'), replaceVariables, { merge: true }) as Compose
}

/** The names of all variables in the compose file. */
export const variablesOfCompose: ReadonlySet<string> = new Set(
  [...readText('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string),
)

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
  return execFileSync('/bin/sh', ['-c', `printf %s "${quoted}"`], { env: environment, encoding: 'utf8' })
}
