// Loaded with --import into an exporter: from then on the system has no thread left for it, as with `ulimit -u`. Works for
// any user but root, whom the limit does not bind.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  // libuv starts its threads at the first use, and ends the process when it cannot.
  await promisify(randomBytes)(1)
  execFileSync('prlimit', [`--pid=${process.pid}`, '--nproc=1:'])
}
