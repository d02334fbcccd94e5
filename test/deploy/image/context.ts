import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import ignore from '@balena/dockerignore'
import { ROOT, readText } from '../../../tools/files.ts'

/** The build context: the files that git would commit, without those that .dockerignore excludes. */
export const contextFiles: readonly string[] = ignore
  .default()
  .add(readText('.dockerignore'))
  .filter(
    execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
      .split('\0')
      .filter((path) => path !== ''),
  )

/** Whether the path is one of these files, or a folder that contains some. */
export const isInContext = (path: string): boolean =>
  contextFiles.some((file) => file === path || file.startsWith(`${path}/`))

/** Copies these files into a folder. */
export function copyContext(folder: string): void {
  for (const path of contextFiles) cpSync(join(ROOT, path), join(folder, path))
}
