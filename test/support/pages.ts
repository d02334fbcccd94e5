import { existsSync, globSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { ROOT, readText } from '../../tools/files.ts'

/** A page of the documentation. */
export interface Page {
  readonly path: string
  readonly text: string
}

const markdownIn = (folder: string) =>
  readdirSync(`${ROOT}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => posix.join(folder, name))

const HISTORY = 'CHANGELOG.md'

/** Every page except the changelog, which also mentions removed features. */
export const pages: readonly Page[] = ['.', 'docs', 'bench', 'deploy/kubernetes']
  .flatMap(markdownIn)
  .filter((path) => path !== HISTORY)
  .map((path) => ({ path, text: readText(path) }))

export function pageAt(path: string): Page {
  const page = pages.find((candidate) => candidate.path === path)
  if (page === undefined) throw new Error(`no such page: ${path}`)
  return page
}

/** All captures of the first group. */
export const capturesOf = (text: string, expression: RegExp): string[] => [
  ...new Set([...text.matchAll(expression)].map((match) => match[1] ?? match[0])),
]

const FENCE = /^( *)```(\w*)\n(.*?)^\1```$/gms

const withoutBlocks = (text: string) => text.replace(FENCE, '')

/** Targets of links and images. */
export const linksIn = ({ text }: Page): string[] => capturesOf(withoutBlocks(text), /\]\(([^)\s]+)\)/g)

/** Commands of the shell blocks, without comments. */
export const commandsIn = ({ text }: Page): string[] =>
  [...text.matchAll(FENCE)]
    .filter(([, , language]) => language === 'sh')
    .flatMap(([, , , block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) =>
      line
        .replace(/(^|\s)# .*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '')

/** Inline code, such as names of files, settings and metrics. */
export const inlineCodeIn = ({ text }: Page): string[] => capturesOf(withoutBlocks(text), /`([^`\n]+)`/g)

/** Headings with their number signs. */
export const headingsIn = ({ text }: Page): string[] => capturesOf(withoutBlocks(text), /^(#+ .+)$/gm)

/** The anchors of the headings, as GitHub creates them. */
export const anchorsIn = (page: Page): string[] =>
  headingsIn(page).map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** The first cells of the tables whose first heading this is. */
export function firstColumn({ text }: Page, heading: string): string[] {
  const tables = text.split('\n\n').filter((block) => block.startsWith(`| ${heading} |`))
  return tables.flatMap((table) =>
    table
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((row) => row.split('|')[1]?.trim().replaceAll('`', '') ?? ''),
  )
}

/** Whether a path or pattern, relative to the root folder, matches a file or folder. */
export const isThere = (path: string): boolean =>
  /[*{]/.test(path) ? globSync(path, { cwd: ROOT }).length > 0 : existsSync(`${ROOT}${path}`)
