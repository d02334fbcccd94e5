import sonicBoom from 'sonic-boom'
import { endsWithin } from '../clock.ts'

/** Lines that were not written. */
export interface DroppedLines {
  readonly lines: number
  /** `too-large`: one line is larger than the buffer. */
  readonly reason: 'not-read' | 'too-large'
}

/** The output for the log and for messages to the operator. */
export interface StandardError {
  /** Never blocks. While the reader stalls, lines are buffered up to a limit, then dropped. */
  readonly write: (text: string) => void
  /** Called with what was dropped: about unread lines, when the reader reads again. */
  readonly onDropped: (report: (dropped: DroppedLines) => void) => void
  /** Waits until everything is written, the output fails, or the time is over. */
  readonly flush: (ms: number) => Promise<void>
}

// Thousands of lines: several days of a normal log.
const MAX_PENDING_BYTES = 2 ** 20

// In UTF-8, a unit of a text has at most 3 bytes: most lines need not be measured.
function isTooLarge(text: string): boolean {
  return text.length * 3 > MAX_PENDING_BYTES && Buffer.byteLength(text) > MAX_PENDING_BYTES
}

/**
 * Writes to standard error without blocking: a stopped terminal, an unread pipe or a hung disk must not block scrapes and
 * signals. Node's own stream blocks on a terminal.
 *
 * @param onClosed called when the reader has exited; later lines are lost
 */
export function createStandardError(onClosed: () => void, fd = 2): StandardError {
  // Without a minimum length, `flush` does nothing.
  const output = new sonicBoom.SonicBoom({ fd, sync: false, minLength: 1, maxLength: MAX_PENDING_BYTES })
  let isWriting = false
  let dropped = 0
  let report: (dropped: DroppedLines) => void = () => {}

  output.on('drop', () => {
    dropped += 1
  })
  output.on('drain', () => {
    isWriting = false
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    report({ lines, reason: 'not-read' })
  })
  // After a write error, such as a full disk, the next line triggers a retry.
  output.on('error', (error: NodeJS.ErrnoException) => {
    isWriting = false
    if (error.code === 'EPIPE') onClosed()
  })

  return {
    write(text) {
      if (isTooLarge(text)) return report({ lines: 1, reason: 'too-large' })
      const wasWriting = isWriting
      isWriting = true
      output.write(text)
      // If the buffer is full, SonicBoom drops this line without writing the others.
      if (!wasWriting) output.flush()
    },
    onDropped(callback) {
      report = callback
    },
    async flush(ms) {
      if (!isWriting) return
      const { promise, resolve } = Promise.withResolvers<void>()
      output.once('drain', resolve)
      output.once('error', () => resolve())
      await endsWithin(ms, promise)
    },
  }
}
