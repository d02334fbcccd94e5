import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../../tools/files.ts'
import { createBase, localNpmCache, NPM_CACHE } from './base.ts'

const BASE = 'localhost/base'
const IMAGE = 'localhost/wolkvox-exporter'

/** An image that buildah built, with its file system mounted. */
export interface BuiltImage {
  /** Folder of the mounted file system. */
  readonly root: string
  readonly workdir: string
  readonly environment: Readonly<Record<string, string>>
  readonly user: string
  readonly healthcheck: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** Unmounts and deletes its container. */
  readonly remove: () => Promise<unknown>
}

interface Inspected {
  readonly Docker: {
    readonly config: {
      readonly User: string
      readonly WorkingDir: string
      readonly Env: readonly string[]
      readonly Labels: Readonly<Record<string, string>>
      readonly Healthcheck: { readonly Test: readonly string[] }
    }
  }
}

/**
 * Builds the unchanged Dockerfile with buildah, on a base image made from this machine's programs. Everything stays in the
 * folder. This needs root, but no daemon and no container runtime.
 */
export async function buildWithBuildah(
  folder: string,
  buildArguments: Readonly<Record<string, string>>,
): Promise<BuiltImage> {
  const storage = [
    '--root',
    join(folder, 'storage'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver=vfs',
  ]
  const buildah = async (...args: readonly string[]) =>
    (await promisify(execFile)('buildah', [...storage, ...args], { maxBuffer: 2 ** 24 })).stdout.trim()

  await buildah('build', '--isolation=chroot', `--tag=${BASE}`, `--file=${createBase(folder)}`, folder)
  await buildah(
    'build',
    '--isolation=chroot',
    // The only format with health checks.
    '--format=docker',
    `--tag=${IMAGE}`,
    // Packages that npm has downloaded before are not downloaded again.
    `--volume=${localNpmCache()}:${NPM_CACHE}`,
    ...Object.entries({ BASE, ...buildArguments }).map(([name, value]) => `--build-arg=${name}=${value}`),
    ROOT,
  )
  const { Docker } = JSON.parse(await buildah('inspect', '--type=image', IMAGE)) as Inspected
  const container = await buildah('from', IMAGE)
  return {
    root: await buildah('mount', container),
    workdir: Docker.config.WorkingDir,
    environment: Object.fromEntries(Docker.config.Env.map((pair) => pair.split(/=(.*)/s, 2))),
    user: Docker.config.User,
    labels: Docker.config.Labels,
    healthcheck: Docker.config.Healthcheck.Test,
    remove: () => buildah('rm', container),
  }
}
