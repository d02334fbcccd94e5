import { createHash } from 'node:crypto'
import { accountIdOf, accountLabelOf } from './account.ts'
import { ConfigError } from './config-error.ts'
import { type Arguments, flagDefaults, lastText } from './flags.ts'
import type { Config, Operation } from './operation.ts'
import { type Environment, readVariable } from './variables.ts'

/** The part of the accounts that a process serves. */
export interface Shard {
  /** From 0. */
  readonly number: number
  /** Number of shards; 1 for everything in one process. */
  readonly total: number
}

export const SINGLE_SHARD: Shard = { number: 0, total: 1 }

/** What a pod knows about itself. */
export interface PodIdentity {
  readonly environment: Environment
  readonly hostname: string
}

// Far more than anyone needs; each account is compared with each shard.
const MAX_SHARDS = 1000

const NUMBER = /^(0|[1-9]\d{0,3})$/
const AUTO = 'auto'

// The pods of a StatefulSet are named NAME-0, NAME-1 and so on.
const ORDINAL = /-(0|[1-9]\d{0,3})$/

/**
 * Reads `--shard` and `--total-shards`. With `--shard=auto`, the number is the ordinal of the pod of a StatefulSet: the end of the
 * variable `POD_NAME`, or else of the host name, which is the name of the pod unless the pod uses the network of its host.
 *
 * @throws ConfigError with every problem
 */
export function readShard({ flags }: Arguments, { environment, hostname }: PodIdentity): Shard {
  const totalText = lastText(flags, 'total-shards') ?? flagDefaults['total-shards']
  const total = NUMBER.test(totalText) ? Number(totalText) : 0
  if (total < 1 || total > MAX_SHARDS) {
    throw new ConfigError([`--total-shards: must be a whole number from 1 to ${MAX_SHARDS}`])
  }
  const text = lastText(flags, 'shard') ?? flagDefaults.shard
  if (text === AUTO) return { number: ordinalOf({ environment, hostname }, total), total }
  if (!NUMBER.test(text) || Number(text) >= total) {
    throw new ConfigError([
      total === 1
        ? '--shard: needs --total-shards, the number of all shards'
        : `--shard: must be a whole number from 0 to ${total - 1}, below --total-shards, or ${AUTO}`,
    ])
  }
  return { number: Number(text), total }
}

function ordinalOf({ environment, hostname }: PodIdentity, total: number): number {
  const podName = readVariable(environment, 'POD_NAME')
  const [source, name] = podName === undefined ? ['the host name', hostname] : ['POD_NAME', podName]
  const ordinal = ORDINAL.exec(name)?.[1]
  if (ordinal === undefined) {
    throw new ConfigError([
      `--shard: ${AUTO} needs the name of a pod of a StatefulSet, such as wolkvox-exporter-0, but ${source} does not end in a hyphen and a number; set POD_NAME or the number itself`,
    ])
  }
  if (Number(ordinal) >= total) {
    throw new ConfigError([
      `--shard: ${source} ends in ${ordinal}, but --total-shards is ${total}; set --total-shards to the number of replicas`,
    ])
  }
  return Number(ordinal)
}

/**
 * The shard of an account, by rendezvous hashing: the one with the highest hash of account and shard. If the number of shards
 * changes from n to n + 1, only the accounts of the new shard move, one in n + 1. Every version has to give the same result,
 * because processes of two versions run side by side during an update.
 *
 * @param accountId see {@link accountIdOf}
 */
export function shardOf(accountId: string, total: number): number {
  let [best, highest] = [0, -1n]
  for (let shard = 0; shard < total; shard += 1) {
    const weight = createHash('sha256').update(`${accountId}\0${shard}`).digest().readBigUInt64BE()
    if (weight > highest) [best, highest] = [shard, weight]
  }
  return best
}

/** Whether a shard serves an operation. All operations of an account are on one shard, which has its queue and budget. */
export function isOnShard(operation: Operation, { number, total }: Shard): boolean {
  return shardOf(accountIdOf(operation), total) === number
}

/**
 * The part of a configuration that a shard serves. Its `source` returns the same part after each reload.
 *
 * @param config whole and already validated, so that every shard reports the same problems
 */
export function partOfShard(config: Config, shard: Shard): Config {
  if (shard.total === 1) return config
  const { operations: all, source, warnedOperations } = config
  // The names of accounts have to be unique among all shards.
  const operations = all
    .filter((operation) => isOnShard(operation, shard))
    .map((operation) => ({ ...operation, accountLabel: accountLabelOf(operation, all) }))
  const served = new Set(operations.map(({ name }) => name))
  const relevantWarnings = config.warnings.filter((warning) => {
    const names = warnedOperations?.get(warning)
    return names === undefined || names.some((name) => served.has(name))
  })
  const warnings =
    operations.length > 0
      ? relevantWarnings
      : [...relevantWarnings, `--shard: no account is on shard ${shard.number} of ${shard.total}`]
  if (source === undefined) return { ...config, operations, warnings }
  const readPart = (read: () => Promise<Config>) => async () => partOfShard(await read(), shard)
  return {
    ...config,
    operations,
    warnings,
    source: { ...source, readFiles: readPart(source.readFiles), readAll: readPart(source.readAll) },
  }
}
