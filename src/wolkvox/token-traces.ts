// Fewer characters of a token give nothing away.
const GRAM = 8

// A word of three letters is in almost every text.
const MIN_GRAM = 4

// The letters and digits of a part with punctuation; fewer are in too many texts.
const MIN_LETTERS = 6

// Eight characters of ASCII are ten of base64, of which up to three are `+` or `/`.
const BASE64_GRAM = 7
const MIN_BASE64_GRAM = 6

// No honest text is encoded this often.
const MAX_ROUNDS = 8

const ESCAPE =
  /%(?:25)*([0-9a-f]{2})|&(?:amp;)*#x0*([0-9a-f]{1,6});?|&(?:amp;)*#0*(\d{1,7});?|\\u\{?0*([0-9a-f]{2,6})\}?|(?:\\x|0x)([0-9a-f]{2})|&(?:amp;)*(amp|lt|gt|quot|apos);|\\[bfnrt]/gi

const MARKUP = /<[^<>]{0,100}>|&[a-z]{2,8};/gi

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Makes a check for traces of a token that was altered: in other letter case or Unicode form, with separators, escaped
 * for URLs, pages or JSON, however often, reversed, in base64 or hex, or only a part of it.
 *
 * @returns whether a text contains eight or more characters of the token in a row, or all of a shorter token
 */
export function createTraceFinder(token: string): (text: string) => boolean {
  const isGramIn = createGramSearch(token)
  return (text) => {
    const readings = readingsOf(text)
    return readings === undefined || [...readings].some(isGramIn)
  }
}

/**
 * What a text can say once it is decoded, round by round, in one letter case and Unicode form, with and without what
 * separates letters.
 *
 * @returns `undefined` if the text is encoded too often
 */
function readingsOf(text: string): Set<string> | undefined {
  const decoded = new Set<string>()
  for (const variant of new Set([text, text.replace(/[\s\p{C}]+/gu, '')])) {
    let current = variant
    for (let round = 0; round === 0 || !decoded.has(current); round += 1) {
      if (round > MAX_ROUNDS) return undefined
      decoded.add(current)
      current = current.replace(ESCAPE, decode)
    }
  }
  const folded = [...decoded].flatMap((said) => [said, said.replace(MARKUP, '')]).map(fold)
  return new Set(folded.flatMap((said) => [said, lettersOf(said)]))
}

function decode(_escape: string, ...groups: readonly (string | undefined)[]): string {
  const [percent, hexEntity, decimalEntity, unicode, hex, name] = groups
  const code = percent ?? hexEntity ?? unicode ?? hex
  if (code !== undefined) return fromCode(Number.parseInt(code, 16))
  if (decimalEntity !== undefined) return fromCode(Number(decimalEntity))
  return (name && NAMED[name.toLowerCase()]) ?? ''
}

const fromCode = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : '')

/**
 * One form for all letter cases, accents and compatibility characters such as full-width letters. Marks go first:
 * normalising takes quadratic time when they follow each other.
 */
const fold = (text: string) =>
  text
    .replace(/\p{M}+/gu, '')
    .normalize('NFKD')
    .toLowerCase()

const lettersOf = (folded: string) => folded.replace(/[^\p{L}\p{N}]+/gu, '')

function createGramSearch(token: string): (text: string) => boolean {
  const byLength = new Map<number, Set<string>>()

  function add(form: string, length: number, min: number): void {
    if (form.length < min) return
    const size = Math.min(length, form.length)
    const grams = byLength.get(size) ?? new Set()
    for (let at = 0; at + size <= form.length; at += 1) grams.add(form.slice(at, at + size))
    byLength.set(size, grams)
  }

  const bytes = Buffer.from(token)
  const folded = fold(token)
  const letters = lettersOf(folded)
  add(folded, GRAM, MIN_GRAM)
  add(letters, GRAM, MIN_GRAM)
  for (let at = 0; at + GRAM <= folded.length; at += 1) {
    add(lettersOf(folded.slice(at, at + GRAM)), GRAM, MIN_LETTERS)
  }
  add([...letters].reverse().join(''), GRAM, MIN_GRAM)
  add(bytes.toString('hex'), GRAM * 2, MIN_GRAM * 2)
  for (const form of base64Forms(bytes)) add(lettersOf(fold(form)), BASE64_GRAM, MIN_BASE64_GRAM)

  return (text) => {
    for (const [size, grams] of byLength) {
      for (let at = 0; at + size <= text.length; at += 1) {
        if (grams.has(text.slice(at, at + size))) return true
      }
    }
    return false
  }
}

/**
 * The base64 of the token within a longer text, such as `user:token`: one form for each place at which the token can
 * begin in a group of three bytes, without the characters that contain bits of its neighbours.
 */
export function base64Forms(token: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), token]).toString('base64')
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + token.length) * 8) / 6))
  })
}
