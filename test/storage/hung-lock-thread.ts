/** Runs in place of the lock thread: it takes requests and blocks, as SQLite does on a disk that hangs. */
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
