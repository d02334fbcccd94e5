import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { endsWithin } from '../../clock.ts'
import { ConfigError } from '../../config/config-error.ts'
import { codeOf } from '../../error-text.ts'
import { DAY_MS } from '../../units.ts'
import type { RateLimit } from './rate-limit.ts'
import { costOf, isBlank, webConfigSchema } from './schema.ts'
import { type Pems, pemProblems, type TlsSettings, toTlsSettings } from './tls.ts'
import { type Path, parseYaml } from './yaml-text.ts'

/** A web configuration that can be used. */
export interface WebConfig {
  /** Without it, the server speaks plain HTTP. */
  readonly tls: TlsSettings | undefined
  readonly headers: ReadonlyMap<string, string>
  /** User → bcrypt hash. Without users, no password is needed. */
  readonly users: ReadonlyMap<string, string>
  readonly rateLimit: RateLimit | undefined
}

/** What the file and those that it names contain now. */
export interface LoadedWebConfig {
  readonly path: string
  /** `undefined` if there are problems. */
  readonly config: WebConfig | undefined
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
  /** The files that it depends on. */
  readonly files: readonly string[]
  /** Of the contents of these files. */
  readonly digest: string
}

/** A file without problems. */
export interface UsableWebConfig extends LoadedWebConfig {
  readonly config: WebConfig
}

// Far more than any certificate chain or list of users.
const MAX_BYTES = 1024 * 1024

const TIMEOUT_MS = 10_000

/** Reads the file at the start. @throws ConfigError with every problem */
export async function readWebConfig(path: string): Promise<UsableWebConfig> {
  const loading = loadWebConfig(path)
  // A hung file system must not block the start.
  if (!(await endsWithin(TIMEOUT_MS, loading))) {
    throw new ConfigError([
      `--web.config.file: cannot be read (no response within ${TIMEOUT_MS / 1000} s); check the file system of this file and of those that it names`,
    ])
  }
  const loaded = await loading
  const { config, problems } = loaded
  if (config === undefined) throw new ConfigError(problems.map((problem) => `--web.config.file: ${problem}`))
  return {
    ...loaded,
    config,
    warnings: loaded.warnings.map((warning) => `--web.config.file: ${warning}`),
  }
}

/** Reads the file and those that it names, one after the other: each hung file blocks one of libuv's threads. */
export async function loadWebConfig(path: string): Promise<LoadedWebConfig> {
  const files = [path]
  const hash = createHash('sha256')
  const main = await readText(path)
  hash.update(`${main.text}\0`)
  const done = (
    problems: readonly string[],
    config: WebConfig | undefined = undefined,
    warnings: readonly string[] = [],
  ): LoadedWebConfig => ({
    path,
    config: problems.length === 0 ? config : undefined,
    problems,
    warnings,
    files,
    digest: hash.digest('hex'),
  })
  if (main.text === undefined) return done([main.problem])

  const yaml = parseYaml(main.text, basename(path))
  if (yaml.problems.length > 0) return done(yaml.problems)
  // An empty file is valid, as in the toolkit.
  const raw = yaml.value ?? {}
  const { data: values, error } = webConfigSchema.safeParse(raw)
  const problems: string[] = []
  const report = (at: Path, message: string) => void problems.push(yaml.problemAt(at, message))
  for (const issue of error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) report([...issue.path, key], 'is not a known key; check its spelling')
    } else report(issue.path, issue.message)
  }
  const relations = relationProblems(raw)
  for (const [at, message] of relations) report(at, message)

  const { pems, places, isReadableByOthers } = await readPems(
    sectionOf(raw, TLS),
    dirname(path),
    files,
    report,
  )
  for (const text of Object.values(pems)) hash.update(`${text}\0`)
  for (const { pem, message } of pemProblems(pems)) report(places[pem] ?? [TLS], message)
  if (values === undefined || problems.length > 0) return done(problems)

  let tls: TlsSettings | undefined
  if (values.tls_server_config !== undefined && pems.cert !== undefined && pems.key !== undefined) {
    const settings = toTlsSettings(values.tls_server_config, {
      cert: pems.cert,
      key: pems.key,
      clientCa: pems.clientCa,
    })
    if (typeof settings === 'string') report([TLS], settings)
    else tls = settings
  }
  const headers = Object.entries(values.http_server_config?.headers ?? {})
  const { interval = 0, burst = 0 } = values.rate_limit ?? {}
  const config: WebConfig = {
    tls,
    headers: new Map(headers.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    users: new Map(Object.entries(values.basic_auth_users ?? {})),
    rateLimit: interval > 0 ? { intervalMs: interval, burst } : undefined,
  }
  const isInlineKeyExposed = main.isReadableByOthers && sectionOf(raw, TLS).key !== undefined
  const exposed = [
    ...(isInlineKeyExposed ? [yaml.problemAt([TLS, 'key'], EXPOSED_KEY)] : []),
    ...(isReadableByOthers ? [yaml.problemAt([TLS, 'key_file'], EXPOSED_KEY)] : []),
  ]
  return done(problems, config, [
    ...exposed,
    ...warningsAbout(config, Date.now()).map(([at, message]) => yaml.problemAt(at, message)),
  ])
}

const TLS = 'tls_server_config'
const EXPOSED_KEY = 'other users of this machine can read the private key; run chmod o-r on its file'

type Place = readonly [at: Path, message: string]

/** Problems between keys. They are independent of problems within values, so that all are reported together. */
function relationProblems(raw: unknown): Place[] {
  const tls = sectionOf(raw, TLS)
  const has = (key: string) => !isBlank(tls[key])
  const problems: Place[] = []
  const check = (isWrong: boolean, key: string | undefined, message: string) => {
    if (isWrong) problems.push([key === undefined ? [TLS] : [TLS, key], message])
  }
  for (const key of ['cert', 'key', 'client_ca']) {
    check(has(key) && has(`${key}_file`), key, `is there together with ${key}_file; remove one`)
  }
  if (Object.keys(tls).some(has)) {
    check(!has('cert') && !has('cert_file'), undefined, 'has no cert_file; TLS needs a certificate')
    check(!has('key') && !has('key_file'), undefined, 'has no key_file; TLS needs the key of the certificate')
  }
  const policy = isBlank(tls.client_auth_type) ? 'NoClientCert' : tls.client_auth_type
  const ca = has('client_ca') ? 'client_ca' : 'client_ca_file'
  check(
    has(ca) && policy === 'NoClientCert',
    ca,
    'has no effect without client_auth_type; set it to RequireAndVerifyClientCert',
  )
  check(
    !has(ca) && (policy === 'VerifyClientCertIfGiven' || policy === 'RequireAndVerifyClientCert'),
    'client_auth_type',
    'needs client_ca_file, the CA of the client certificates',
  )
  check(
    Array.isArray(tls.client_allowed_sans) &&
      !['RequireAnyClientCert', 'RequireClientCert', 'RequireAndVerifyClientCert'].includes(String(policy)),
    'client_allowed_sans',
    'has no effect unless clients need a certificate; set client_auth_type to RequireAndVerifyClientCert',
  )
  check(
    tls.min_version === 'TLS13' && tls.max_version === 'TLS12',
    'min_version',
    'is above max_version; lower it',
  )
  const rate = sectionOf(raw, 'rate_limit')
  const hasInterval = !isBlank(rate.interval) && rate.interval !== '0'
  if (hasInterval && isBlank(rate.burst)) {
    problems.push([['rate_limit'], 'has no burst; every request would be refused'])
  }
  if (!isBlank(rate.burst) && isBlank(rate.interval)) {
    problems.push([['rate_limit'], 'has no interval; set the time between two requests, such as 100ms'])
  }
  return problems
}

/** A section of the file as it is; empty if it is missing or something else. */
function sectionOf(raw: unknown, name: string): Readonly<Record<string, unknown>> {
  const section = typeof raw === 'object' && raw !== null ? Reflect.get(raw, name) : undefined
  const isMapping = typeof section === 'object' && section !== null && !Array.isArray(section)
  return isMapping ? { ...section } : {}
}

const PEM_KEYS = [
  ['cert', 'cert'],
  ['key', 'key'],
  ['clientCa', 'client_ca'],
] as const

/** The PEM texts in the file and in the files that it names. Adds these to `files`. */
async function readPems(
  tls: Readonly<Record<string, unknown>>,
  folder: string,
  files: string[],
  report: (at: Path, message: string) => void,
) {
  const pems: Partial<Record<keyof Pems, string>> = {}
  const places: Partial<Record<keyof Pems, Path>> = {}
  let isReadableByOthers = false
  for (const [pem, key] of PEM_KEYS) {
    const [inline, file] = [tls[key], tls[`${key}_file`]]
    if (typeof inline === 'string' && !isBlank(inline)) {
      pems[pem] = inline
      places[pem] = [TLS, key]
    } else if (typeof file === 'string' && !isBlank(file)) {
      const at = [TLS, `${key}_file`]
      const path = resolve(folder, file)
      files.push(path)
      const read = await readText(path)
      if (read.text === undefined) report(at, read.problem)
      else pems[pem] = read.text
      places[pem] = at
      if (pem === 'key') isReadableByOthers = read.isReadableByOthers
    }
  }
  return { pems, places, isReadableByOthers }
}

type ReadText =
  | { readonly text: string; readonly isReadableByOthers: boolean }
  | { readonly text: undefined; readonly problem: string; readonly isReadableByOthers: false }

const OTHERS_READ = 0o004

async function readText(path: string): Promise<ReadText> {
  const failed = (problem: string) => ({ text: undefined, problem, isReadableByOthers: false }) as const
  try {
    const found = await stat(path)
    // A pipe without a writer or an endless device would block the exporter.
    if (!found.isFile()) return failed(`${path} is not a regular file`)
    if (found.size > MAX_BYTES) return failed(`${path} is larger than ${MAX_BYTES / 1024} KiB`)
    const isReadableByOthers = process.platform !== 'win32' && (found.mode & OTHERS_READ) !== 0
    return { text: await readFile(path, 'utf8'), isReadableByOthers }
  } catch (error) {
    return failed(`${path} cannot be read (${codeOf(error)}); the exporter's user must be able to read it`)
  }
}

const EXPIRY_WARNING_DAYS = 14
const SLOW_COST = 14

function warningsAbout({ tls, users }: WebConfig, now: number): Place[] {
  const warnings: Place[] = []
  if (tls !== undefined) {
    const days = (tls.expiresAt - now) / DAY_MS
    const date = new Date(tls.expiresAt).toISOString().slice(0, 10)
    if (days < 0) warnings.push([[TLS], `the certificate expired on ${date}; renew it`])
    else if (days < EXPIRY_WARNING_DAYS)
      warnings.push([[TLS], `the certificate expires on ${date}; renew it`])
    if (tls.clientAuth === 'RequestClientCert' || tls.clientAuth === 'RequireAnyClientCert') {
      warnings.push([
        [TLS, 'client_auth_type'],
        'does not verify client certificates; RequireAndVerifyClientCert does',
      ])
    }
  }
  if (users.size > 0 && tls === undefined) {
    warnings.push([
      ['basic_auth_users'],
      'without TLS, passwords travel in clear text; set tls_server_config',
    ])
  }
  for (const [user, bcryptHash] of users) {
    if (costOf(bcryptHash) > SLOW_COST) {
      warnings.push([
        ['basic_auth_users', user],
        `a hash with a cost of ${costOf(bcryptHash)} takes seconds to verify; a cost of 10 is enough`,
      ])
    }
    if (user.includes(':')) {
      warnings.push([['basic_auth_users', user], 'a client cannot send a user name with a colon'])
    }
  }
  return warnings
}
