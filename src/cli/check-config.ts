import { constants } from 'node:fs'
import { access, lstat, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { dirname, resolve } from 'node:path'
import { describeDailyCalls } from '../config/daily-calls.ts'
import { formatListenAddress, type ListenAddress } from '../config/listen-address.ts'
import { type Config, defaultBaseUrl, type Operation, type ReportSettings } from '../config/operation.ts'
import { settings } from '../config/settings.ts'
import { partOfShard, type Shard } from '../config/shard.ts'
import { codeOf } from '../error-text.ts'
import { readSettings } from '../exporter/exporter-settings.ts'
import { describeGroups } from '../groups/read-groups.ts'
import { certificatesIn } from '../pem.ts'
import { ListenError, listen } from '../server/listen.ts'
import { describeWebConfig } from '../server/web-config/web-config.ts'
import { formatDuration, parseBytes, parseDuration } from '../units.ts'
import { describeRoute } from '../wolkvox/route.ts'
import type { Command } from './command.ts'

/** Validates flags and configuration, and warns if ports or storage would fail on this machine. Sends no request to wolkvox. */
export const checkConfig: Command = async (args, { environment, print, writeError }) => {
  const { processConfig, config: whole, webConfig, shard } = await readSettings(args, environment)
  const { listenAddresses, storagePath } = processConfig
  const config = partOfShard(whole, shard)
  const warnings = [
    ...config.warnings,
    ...(webConfig?.warnings ?? []),
    ...(await listenWarnings(listenAddresses)),
    ...(await storageWarnings(storagePath)),
  ]
  for (const warning of warnings) writeError(`wolkvox-exporter: warning: ${warning}\n`)
  print(
    `${['The configuration is valid.', ...describeShard(shard, config, whole), ...describeDailyCalls(config.operations, detailsOf)].join('\n')}\n`,
  )
  if (webConfig !== undefined) print(`The web configuration is valid: ${describeWebConfig(webConfig)}\n`)
  return 0
}

/**
 * What else was understood of an operation, without secrets. Without a call, no agent of the groups file is known to be missing.
 */
function detailsOf(operation: Operation): string[] {
  const { agentName, agentId, agentFilter, states, groups, timeZone, priority, reports } = operation
  const { excludedMetrics = [] } = operation
  const { include = [], exclude = [] } = agentFilter ?? {}
  const filters = [
    ...(include.length === 0 ? [] : [`only those that match ${patterns(include)}`]),
    ...(exclude.length === 0 ? [] : [`without those that match ${patterns(exclude)}`]),
  ]
  return [
    `agent names: ${agentName}, agent ids: ${agentId}`,
    ...(filters.length === 0 ? [] : [`agents: ${filters.join(', ')}`]),
    ...(states === undefined ? [] : [`states with another category: ${Object.keys(states).length}`]),
    ...(groups === undefined ? [] : [`groups: ${describeGroups(groups)}`]),
    ...callsOf(operation),
    `time zone: ${timeZone}`,
    `stale after: ${staleAfter(reports)}`,
    ...reports.flatMap(({ parameters = {} }) =>
      parameters.serviceLevelSeconds === undefined
        ? []
        : [`service levels: also within ${parameters.serviceLevelSeconds} seconds`],
    ),
    ...(priority === 0 ? [] : [`priority: ${priority}`]),
    ...(excludedMetrics.length === 0 ? [] : [`metrics that are not exposed: ${excludedMetrics.join(', ')}`]),
  ]
}

/** How calls are made: the proxy, and what is not the default. */
function callsOf({ server, baseUrl, route, caCertificates, timeoutMs, maxResponseBytes }: Operation) {
  const { timeout, maxResponseBytes: size } = settings
  return [
    ...(baseUrl === defaultBaseUrl(server) ? [] : [`base URL: ${baseUrl}`]),
    `proxy: ${describeRoute(route)}`,
    ...(caCertificates === undefined
      ? []
      : [
          `trusted CAs: ${certificatesIn(caCertificates).length} of the CA file, in addition to those of Node`,
        ]),
    ...(timeoutMs === parseDuration(timeout.default) ? [] : [`timeout: ${formatDuration(timeoutMs)}`]),
    ...(maxResponseBytes === parseBytes(size.default)
      ? []
      : [`largest response: ${maxResponseBytes.toLocaleString('en')} bytes`]),
  ]
}

/** One time if it is the same for all reports. */
function staleAfter(reports: readonly ReportSettings[]): string {
  const times = Map.groupBy(reports, ({ staleAfterMs }) => staleAfterMs)
  return [...times]
    .map(([ms, same]) =>
      times.size === 1
        ? formatDuration(ms)
        : `${formatDuration(ms)} (${same.map(({ name }) => name).join(', ')})`,
    )
    .join(', ')
}

/** Not the patterns themselves: they can be names. */
function patterns({ length }: readonly string[]): string {
  return length === 1 ? '1 pattern' : `one of ${length} patterns`
}

/** Which part of the operations the shard serves; nothing if there is only one shard. */
function describeShard({ number, total }: Shard, part: Config, whole: Config): string[] {
  if (total === 1) return []
  return [`Shard ${number} of ${total}: ${part.operations.length} of ${whole.operations.length} operations`]
}

/**
 * Listens on all addresses together, as the exporter does, and stops again.
 *
 * @returns a warning for each address that it cannot listen on
 */
export async function listenWarnings(addresses: readonly ListenAddress[]): Promise<string[]> {
  const opened: Server[] = []
  const closings: (() => Promise<void>)[] = []
  const warnings: string[] = []
  for (const address of addresses) {
    const server = createServer((socket) => socket.destroy())
    opened.push(server)
    try {
      const { close } = await listen(server, [address])
      closings.push(close)
    } catch (error) {
      if (!(error instanceof ListenError)) throw error
      warnings.push(warningOf(address, error))
    }
  }
  await Promise.all([
    ...closings.map((close) => close()),
    ...opened.map((server) => new Promise((done) => server.close(done))),
  ])
  return warnings
}

function warningOf(address: ListenAddress, error: ListenError): string {
  if (codeOf(error.cause) !== 'EADDRINUSE') return error.message
  return (
    `--web.listen-address: ${formatListenAddress(address)} is in use; ignore this if it is the running exporter, ` +
    'otherwise stop the other program or choose another address'
  )
}

/**
 * Checks whether the exporter can write or create its storage folder, without writing anything.
 *
 * @param path `--storage.path`
 * @returns a warning, or none
 */
export async function storageWarnings(path: string): Promise<string[]> {
  if (path === '') return []
  const target = resolve(path)
  let folder = target
  let problem = 'is a file; set it to a folder'
  try {
    while (!(await exists(folder)) && folder !== dirname(folder)) folder = dirname(folder)
    if ((await stat(folder)).isDirectory()) {
      await access(folder, constants.W_OK | constants.X_OK | (folder === target ? constants.R_OK : 0))
      return []
    }
  } catch (error) {
    problem = `cannot be written (${codeOf(error)})`
  }
  return [`--storage.path: ${folder} ${problem}; the exporter runs, but data is lost at a restart`]
}

/** A dangling link counts: a folder cannot replace it. */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}
