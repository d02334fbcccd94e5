import type { Operation } from '../config/operation.ts'
import type { Logger } from './logger.ts'

/**
 * Logs what each groups file contains when it is new or has changed: counts and lines, because values and ids can be personal
 * data.
 *
 * @returns a function that gets all operations after each change
 */
export function createGroupsLog(log: Logger): (operations: readonly Operation[]) => void {
  let digests: ReadonlyMap<string, string> = new Map()

  return (operations) => {
    const before = digests
    digests = new Map(operations.flatMap(({ name, groups }) => (groups ? [[name, groups.digest]] : [])))
    for (const { name, groups } of operations) {
      if (groups === undefined || before.get(name) === groups.digest) continue
      const { rows, labelNames, problems, problemLines } = groups
      const fields = { operation: name, rows, labels: labelNames }
      if (problemLines.length === 0) log.info(fields, 'groups loaded')
      else log.warn({ ...fields, ...problems, lines: problemLines }, 'groups loaded')
    }
  }
}
