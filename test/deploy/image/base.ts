import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

// The trusted certificates of Debian.
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

const outputOf = (command: string, ...args: readonly string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()

/**
 * Creates a base image for the Dockerfile from files of this machine: Node, npm, a shell for npm's scripts, and their libraries.
 *
 * @returns path of its Dockerfile; the folder is its context
 */
export function createBase(folder: string): string {
  const root = join(folder, 'root')
  const programs = { node: process.execPath, sh: '/bin/sh', env: '/usr/bin/env' }
  for (const [name, path] of Object.entries(programs)) {
    copyInto(root, realpathSync(path), `/usr/bin/${name}`)
    for (const [library] of outputOf('ldd', path).matchAll(/\/\S+/g)) copyInto(root, library, library)
  }
  symlinkSync('usr/bin', join(root, 'bin'))
  // npm's command is two folders down in its package.
  const npm = join(dirname(realpathSync(outputOf('which', 'npm'))), '..')
  cpSync(npm, join(root, 'usr/lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/bin/npm'))
  if (existsSync(CERTIFICATES)) copyInto(root, CERTIFICATES, CERTIFICATES)
  const dockerfile = join(folder, 'Dockerfile')
  writeFileSync(
    dockerfile,
    `FROM scratch
COPY root /
ENV PATH=/usr/bin NODE_EXTRA_CA_CERTS=${CERTIFICATES} \\
    npm_config_cache=${NPM_CACHE} npm_config_registry=${outputOf('npm', 'config', 'get', 'registry')}
`,
  )
  return dockerfile
}

/** Path of npm's cache in the base image. */
export const NPM_CACHE = '/npm-cache'

/** Path of npm's cache on this machine. */
export const localNpmCache = (): string => outputOf('npm', 'config', 'get', 'cache')

function copyInto(root: string, from: string, to: string): void {
  mkdirSync(dirname(join(root, to)), { recursive: true })
  copyFileSync(from, join(root, to))
}
