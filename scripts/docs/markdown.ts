/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export const code = (text: string): string => `\`${text}\``

/**
 * Replaces what is between the marks of a part.
 *
 * @throws Error if the text has no such marks
 */
export function replacePart(text: string, part: string, content: string): string {
  const [begin, end] = [`<!-- ${part}: made by npm run docs -->`, `<!-- /${part} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from)
    throw new Error(`the marks ${begin} and ${end} are missing; add them where the part belongs`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}
