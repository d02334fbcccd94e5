/** A table of Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** A text with what stands between the marks of a part made anew. @throws Error where the text has no such marks */
export function withPart(text: string, part: string, made: string): string {
  const [begin, end] = [`<!-- ${part}: made by npm run docs -->`, `<!-- /${part} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the text lacks its marks ${begin} and ${end}`)
  return `${text.slice(0, from + begin.length)}\n${made}\n${text.slice(to)}`
}
