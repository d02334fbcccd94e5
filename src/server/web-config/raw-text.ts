import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { isUtf16 } from '../../config/text-file.ts'
import { codeOf } from '../../error-text.ts'

/** The text of a file as it is, or what is wrong with the file and what to do. */
export type RawText =
  | {
      readonly ok: true
      readonly text: string
      readonly isUtf8: boolean
      readonly isReadableByOthers: boolean
    }
  | { readonly ok: false; readonly problem: string }

// Far more than any certificate chain, or than a list of a thousand users.
const MAX_BYTES = 128 * 1024

const OTHERS_READ = 0o004

/**
 * Reads a file of the web configuration. Unlike `readTextFile`, it keeps white space, because problems name line and column;
 * accepts an empty file; and has no timeout: the next file on the same hung disk would block one more of libuv's threads.
 *
 * @param contents what belongs into the file, such as `the certificate`
 */
export async function readRawText(path: string, contents: string): Promise<RawText> {
  const reject = (problem: string): RawText => ({ ok: false, problem: `${path} ${problem}` })
  try {
    const found = await stat(path)
    // A pipe without a writer or an endless device would block the exporter.
    if (!found.isFile()) return reject(`is not a regular file; set it to a file that contains ${contents}`)
    if (found.size > MAX_BYTES) {
      return reject(`is larger than ${MAX_BYTES / 1024} KiB; set it to a file that contains only ${contents}`)
    }
    const bytes = await readFile(path)
    if (isUtf16(bytes)) return reject('is UTF-16; save it as UTF-8')
    const isReadableByOthers = process.platform !== 'win32' && (found.mode & OTHERS_READ) !== 0
    return { ok: true, text: bytes.toString('utf8'), isUtf8: isUtf8(bytes), isReadableByOthers }
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return reject(`does not exist; create it with ${contents}`)
    return reject(`cannot be read (${code}); the exporter's user must be able to read it`)
  }
}
