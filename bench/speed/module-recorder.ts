// Loaded before a program. Replies to each message of the parent process with the URLs of the modules that the main thread has
// loaded from files, including those of dependencies.
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
  process.on('message', () => process.send?.([...loaded]))
}
