// Loaded before a program. Replies to messages of the parent process: to `files` with the URLs of the modules that the main thread
// has loaded from files, including those of dependencies; to `built-in` with the modules of Node itself.
import { registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  const loaded = new Set<string>()
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith('file:')) loaded.add(url)
      return nextLoad(url, context)
    },
  })
  process.on('message', (kind) => {
    // The types of Node do not have this list.
    process.send?.(kind === 'files' ? [...loaded] : Reflect.get(process, 'moduleLoadList'))
  })
}
