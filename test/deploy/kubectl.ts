import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from './manifests.ts'

// Optional: Debian's kubectl is too old for these kustomizations, and npm provides it for few platforms only.
export const haveKubectl = spawnSync('kubectl', ['version', '--client']).error === undefined

/** Builds the manifests of a folder with kubectl. @throws with its error messages */
export async function build(folder: string): Promise<Manifest[]> {
  const { stdout } = await promisify(execFile)('kubectl', ['kustomize', folder], { maxBuffer: 2 ** 26 })
  return parseAllDocuments(stdout).map((document) => document.toJS())
}
