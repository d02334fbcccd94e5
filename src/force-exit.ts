import { isAbsolute } from 'node:path'

/**
 * Exits immediately, even while threads hang in system calls.
 *
 * `process.exit` waits for libuv's thread pool and for worker threads, so a hung disk or DNS lookup delays it without limit. A
 * signal to the own process does not work either, because the kernel ignores it for PID 1 of a container. Replacing the program
 * with execve does not wait, because the kernel ends the other threads first.
 */
export function forceExit(code: number): void {
  // Windows has no execve. Without /proc, Node does not know its own path, and a failed execve aborts with a stack trace.
  if (process.execve === undefined || !isAbsolute(process.execPath)) {
    process.kill(process.pid, 'SIGKILL')
    return
  }
  // The environment is empty because NODE_OPTIONS can load modules that hang.
  process.execve(process.execPath, [process.execPath, '--eval', `process.exit(${code})`], {})
}

// process.exit waits for these on this thread: unfinished file operations and DNS lookups.
const BLOCKING_RESOURCES = new Set([
  'FSReqCallback',
  'FSReqPromise',
  'GetAddrInfoReqWrap',
  'GetNameInfoReqWrap',
])

/** Whether `process.exit` would wait for something on this thread. */
export function wouldHang(): boolean {
  return process.getActiveResourcesInfo().some((name) => BLOCKING_RESOURCES.has(name))
}
