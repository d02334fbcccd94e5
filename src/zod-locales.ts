import { registerHooks } from 'node:module'

const LOCALES = '../locales/index.js'
const ENGLISH = '../locales/en.js'
const ZOD = /\/node_modules\/zod\/v4\/(core|classic)\/[\w-]+\.js$/

/**
 * Loads zod with English in place of its 64 locales: 3 MB and a sixth of all modules at the start. The messages are English
 * anyway. It must run before other imports of zod in this thread. If a version of zod is built differently, all of it is loaded.
 */
export async function loadZodInEnglish(): Promise<void> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === LOCALES && ZOD.test(context.parentURL ?? '') ? ENGLISH : specifier, context),
  })
  try {
    await import('zod')
  } finally {
    // Hooks slow down the loading of other modules.
    hooks.deregister()
  }
}
