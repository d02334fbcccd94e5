const DOUBLE_QUOTES = '"“”„‟«»″'
const SINGLE_QUOTES = "'‘’‚‛‹›′`´"

const UNEXPANDED = /\$\{\w+(:?[-+?][^}]*)?\}|\$\(.*\)/
const ONLY_UNEXPANDED = new RegExp(`^(${UNEXPANDED.source})$`)

// Format characters, such as a byte order mark, a zero-width space or a soft hyphen. Web pages and editors add them.
const INVISIBLE = /\p{Cf}/u

/**
 * Finds mistakes that come from an env file, a shell or a copied web page. `docker run --env-file` keeps quotes and comments,
 * but Docker Compose and systemd remove them. So a line can be right for one tool and wrong for another.
 *
 * @param text trimmed
 * @param isFreeText whether quotes, `#` and `<` may be part of the value, as in a name or a path
 * @returns what is wrong and what to do; never the text, which may be a token
 */
export function textProblems(text: string, isFreeText = false): string[] {
  const commentAt = text.search(isFreeText ? /\s#(\s|$)/ : /\s#/)
  const value = commentAt < 0 ? text : text.slice(0, commentAt).trimEnd()
  const problems: string[] = []
  if (commentAt >= 0) {
    problems.push('has a comment after the value; put the comment on its own line')
  }
  if (/^(export\s+)?WOLKVOX_\w+\s*=/i.test(value)) {
    problems.push('repeats the name of a variable; leave only the value')
  }
  if (isEnclosed(value)) {
    problems.push('looks quoted; remove the surrounding quotes')
  } else if (!isFreeText && (isQuote(value.at(0)) || isQuote(value.at(-1)))) {
    problems.push('has a quote at one end; remove it')
  }
  // A token may contain `${x}` or `$(x)` by chance. It is a mistake only if the token contains nothing else.
  if ((isFreeText ? UNEXPANDED : ONLY_UNEXPANDED).test(value)) {
    problems.push('contains a variable that was not expanded; write the value itself')
  }
  if (!isFreeText && /^<.*>$/s.test(value)) {
    problems.push('is a placeholder; replace it with the value')
  }
  if (INVISIBLE.test(value)) {
    problems.push('contains an invisible character; type the value instead of pasting it')
  }
  return problems
}

/** {@link textProblems} of the path of a file or a folder. */
export function pathProblems(text: string): string[] {
  const problems = textProblems(text, true)
  if (problems.length === 0 && /^(~|\$\w)/.test(text)) {
    problems.push('starts with ~ or a variable, which only a shell expands; write the full path')
  }
  return problems
}

/** {@link textProblems} of a token. Also finds the rest of a copied HTTP header, or of a copied line of an env file. */
export function tokenProblems(text: string): string[] {
  if (/[\r\n]/.test(text)) return ['has several lines; leave only the token']
  if (/^[\w-]*(token|wolkvox)[\w-]*\s*[=:]/i.test(text.replace(/^export\s+/, ''))) {
    return ['starts with a name, such as WOLKVOX_TOKEN=; leave only the token']
  }
  const problems = textProblems(text)
  if (/^(authorization:\s*)?(bearer|basic|token)\s/i.test(text)) {
    problems.push('starts with an authentication scheme, such as Bearer; leave only the token')
  }
  if (/^https?:\/\//i.test(text)) problems.push('is a URL; set it to the token')
  return problems
}

function isQuote(character: string | undefined): boolean {
  return character !== undefined && (DOUBLE_QUOTES + SINGLE_QUOTES).includes(character)
}

/** Whether quotes enclose the whole text, in one or more nested pairs: `"a"` or `'"a"'`, but not `"a" and "b"`. */
function isEnclosed(text: string): boolean {
  const kind = [DOUBLE_QUOTES, SINGLE_QUOTES].find((quotes) => quotes.includes(text.charAt(0)))
  if (kind === undefined || text.length < 2 || !kind.includes(text.charAt(text.length - 1))) return false
  const inner = text.slice(1, -1)
  return ![...inner].some((character) => kind.includes(character)) || isEnclosed(inner)
}
