import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import type { z } from 'zod'
import { endsWithin } from '../../clock.ts'
import { ConfigError, limitListed } from '../../config/config-error.ts'
import { type LocatedProblem, parseYaml, sectionOf } from '../../yaml-text.ts'
import { type Pems, readPemFiles } from './pem-files.ts'
import { readRawText } from './raw-text.ts'
import { keyProblems, webConfigWarnings } from './rules.ts'
import { TLS_SECTION, USERS_SECTION, type WebConfigValues, webConfigSchema } from './schema.ts'
import { type TlsResult, toTlsSettings } from './tls.ts'
import { type LoadedWebConfig, toWebConfig, type WebConfigResult } from './web-config.ts'

const TIMEOUT_MS = 10_000

// A list of a thousand users has 8000. The parser needs up to 20 µs for each, and it blocks the serving thread.
const MAX_TOKENS = 12_000

// Each is searched for in the text, on the serving thread.
const MAX_PROBLEMS = 20

/** Reads the file at the start. @throws ConfigError with every problem */
export async function readWebConfig(path: string): Promise<LoadedWebConfig> {
  const loading = loadWebConfig(path)
  // A hung file system must not block the start.
  if (!(await endsWithin(TIMEOUT_MS, loading))) {
    throw new ConfigError([
      `--web.config.file: cannot be read (no response within ${TIMEOUT_MS / 1000} s); check the file system of this file and of those that it names`,
    ])
  }
  const loaded = await loading
  const withFlag = (text: string) => `--web.config.file: ${text}`
  if (!loaded.ok) throw new ConfigError(loaded.problems.map(withFlag))
  return { ...loaded, warnings: loaded.warnings.map(withFlag) }
}

/** Reads the file and those that it names, one after the other: each hung file blocks one of libuv's threads. */
export async function loadWebConfig(path: string): Promise<WebConfigResult> {
  const main = await readRawText(path, 'the web configuration')
  if (!main.ok) return { ok: false, problems: [main.problem], files: [path] }
  if (!main.isUtf8) return { ok: false, problems: [`${path} is not UTF-8; save it as UTF-8`], files: [path] }
  const yaml = parseYaml(main.text, {
    name: basename(path),
    maxTokens: MAX_TOKENS,
    privateSections: [USERS_SECTION],
  })
  if (yaml.problems.length > 0)
    return { ok: false, problems: limitListed(yaml.problems, MAX_PROBLEMS), files: [path] }

  // An empty file is valid, as in the toolkit.
  const raw = yaml.value ?? {}
  const { data: values, error } = webConfigSchema.safeParse(raw)
  const pemFiles = await readPemFiles(sectionOf(raw, TLS_SECTION), {
    folder: dirname(path),
    isReadableByOthers: main.isReadableByOthers,
  })
  const files = [path, ...pemFiles.files]
  const placed = (problems: readonly LocatedProblem[]) =>
    limitListed(problems, MAX_PROBLEMS).map((problem) =>
      typeof problem === 'string' ? problem : yaml.problemAt(problem),
    )
  const reject = (problems: readonly LocatedProblem[]): WebConfigResult => ({
    ok: false,
    problems: placed(problems),
    files,
  })
  const problems = [...schemaProblems(error), ...keyProblems(raw), ...pemFiles.problems]
  if (values === undefined || problems.length > 0) return reject(problems)

  const tls = tlsOf(values, pemFiles.pems)
  if (tls?.ok === false) return reject([{ at: [TLS_SECTION], message: tls.problem }])
  const config = toWebConfig(values, tls?.settings)
  const warnings = [...pemFiles.warnings, ...webConfigWarnings(config, Date.now())]
  return {
    ok: true,
    path,
    config,
    warnings: placed(warnings),
    files,
    digest: digestOf([main.text, ...Object.values(pemFiles.pems)]),
  }
}

function schemaProblems(error: z.ZodError | undefined): LocatedProblem[] {
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          at: [...issue.path, key],
          message: 'is not a known key; check its spelling',
        }))
      : [{ at: issue.path, message: issue.message }],
  )
}

/** `undefined` without TLS. */
function tlsOf(values: WebConfigValues, { cert, key, clientCa }: Partial<Pems>): TlsResult | undefined {
  // The rules ensure that a section of TLS has both.
  if (values.tls_server_config === undefined || cert === undefined || key === undefined) return undefined
  return toTlsSettings(values.tls_server_config, { cert, key, clientCa })
}

function digestOf(texts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text}\0`)
  return hash.digest('hex')
}
