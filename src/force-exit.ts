/**
 * Ends the process at once, even while threads hang in system calls.
 *
 * `process.exit` waits for libuv's thread pool and for worker threads, so a hung disk or name lookup delays it without limit. A
 * signal to itself is no way out either: the kernel ignores it where the process is the first in a container (PID 1). Replacing
 * the program does not wait, because the kernel ends the other threads first.
 */
export function forceExit(code: number): void {
  if (process.execve === undefined) {
    // Windows.
    process.kill(process.pid, 'SIGKILL')
    return
  }
  // With an empty environment: NODE_OPTIONS may load things that hang again.
  process.execve(process.execPath, [process.execPath, '--eval', `process.exit(${code})`], {})
}

// What process.exit waits for on this thread: file operations and name lookups that have not ended.
const WAITED_FOR = new Set(['FSReqCallback', 'FSReqPromise', 'GetAddrInfoReqWrap', 'GetNameInfoReqWrap'])

/** Whether a regular exit would wait for something on this thread. */
export function wouldHang(): boolean {
  return process.getActiveResourcesInfo().some((name) => WAITED_FOR.has(name))
}
