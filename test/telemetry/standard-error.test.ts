import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createStandardError } from '../../src/telemetry/standard-error.ts'
import { onTestFinished } from '../support/on-test-finished.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let fd: number

/** A pipe that the test both writes and reads. */
beforeEach(() => {
  const path = join(temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [path])
  fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  onTestFinished(() => closeSync(fd))
})

/** Writes until the pipe is full. */
function fill(): void {
  for (;;) {
    try {
      writeSync(fd, 'x'.repeat(4096))
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' })
      return
    }
  }
}

/** Reads what is in the pipe now. */
function readAll(): string {
  const buffer = Buffer.alloc(2 ** 20)
  const parts: string[] = []
  for (;;) {
    try {
      parts.push(buffer.toString('utf8', 0, readSync(fd, buffer)))
    } catch (error) {
      expect(error).toMatchObject({ code: 'EAGAIN' })
      return parts.join('')
    }
  }
}

async function readUntil(end: string): Promise<string> {
  let text = ''
  await vi.waitFor(
    () => {
      text += readAll()
      expect(text.endsWith(end)).toBe(true)
    },
    { timeout: 10_000, interval: 5 },
  )
  return text
}

describe('standard error', () => {
  it('is written in order and flushed', async () => {
    const output = createStandardError(() => {}, fd)
    for (let line = 0; line < 100; line += 1) output.write(`${line}\n`)
    await output.flush(5000)
    expect(readAll()).toBe(Array.from({ length: 100 }, (_, line) => `${line}\n`).join(''))
  })

  it('buffers lines while it is not read, and flush times out', async () => {
    fill()
    const output = createStandardError(() => {}, fd)
    output.write('kept\n')
    const from = performance.now()
    await output.flush(200)
    expect(performance.now() - from).toBeGreaterThan(190)
    await readUntil('xkept\n')
  })

  it('drops lines above 1 MiB, and reports their number when it is read again', async () => {
    fill()
    const output = createStandardError(() => {}, fd)
    output.onDropped(({ lines, reason }) => output.write(`${lines} dropped: ${reason}\n`))
    const line = `${'y'.repeat(1023)}\n`
    for (let count = 0; count < 1100; count += 1) output.write(line)
    const text = await readUntil(' dropped: not-read\n')
    expect(text.split(line).length - 1).toBe(1024)
    expect(text).toContain('\n76 dropped: not-read\n')
  })

  it.each([
    ['1 byte', 'y'.repeat(2 ** 20)],
    ['3 bytes', '€'.repeat(350_000)],
  ])(
    'drops a line that is larger than the buffer, and says so at once: characters of %s',
    async (_, text) => {
      const output = createStandardError(() => {}, fd)
      const dropped: unknown[] = []
      output.onDropped((each) => dropped.push(each))
      output.write(`${text}\n`)
      expect(dropped).toEqual([{ lines: 1, reason: 'too-large' }])
      const from = performance.now()
      await output.flush(5000)
      expect(performance.now() - from).toBeLessThan(2000)
      output.write('next\n')
      await readUntil('next\n')
      expect(dropped).toHaveLength(1)
    },
  )

  it('does not delay flush if writing fails', async () => {
    const readOnly = openSync('/dev/null', 'r')
    onTestFinished(() => closeSync(readOnly))
    const output = createStandardError(() => {}, readOnly)
    output.write('lost\n')
    const from = performance.now()
    await output.flush(5000)
    expect(performance.now() - from).toBeLessThan(2000)
  })
})
