import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import ignore from '@balena/dockerignore'
import { ROOT, readText } from '../../support/files.ts'

/** What a builder is given: the files that git would commit and .dockerignore lets through. */
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

/** Whether it is one of these files, or a folder with some. */
export const isInContext = (path: string): boolean =>
  contextFiles.some((file) => file === path || file.startsWith(`${path}/`))

/** Lays the files out in a folder. */
export function layContext(folder: string): void {
  for (const path of contextFiles) cpSync(join(ROOT, path), join(folder, path))
}
