import { accountIdOf } from '../../src/config/account.ts'
import type { Operation } from '../../src/config/operation.ts'
import { type FileKind, fileOf } from '../../src/storage/storage.ts'

/** The path of a stored file of an operation: its account, the lock of its account, or the snapshot of its report `agents`. */
export function storedFile(
  folder: string,
  kind: FileKind,
  operation: Pick<Operation, 'name' | 'server' | 'baseUrl'>,
): string {
  const account = accountIdOf(operation)
  return fileOf(
    folder,
    kind === 'snapshot' ? JSON.stringify([operation.name, 'agents', account]) : account,
    kind,
  )
}
