import { base64Forms } from '../secret.ts'

// Fewer characters of a secret reveal nothing.
const GRAM = 8

// A word of three letters is in almost every text.
const MIN_GRAM = 4

// The letters and digits of a part with punctuation; fewer are in too many texts.
const MIN_LETTERS = 6

// Eight characters of ASCII are ten of base64, of which up to three are `+` or `/`.
const BASE64_GRAM = 7
const MIN_BASE64_GRAM = 6

// No normal text is encoded this often.
const MAX_ROUNDS = 8

const ESCAPE =
  /%(?:25)*([0-9a-f]{2})|&(?:amp;)*#x0*([0-9a-f]{1,6});?|&(?:amp;)*#0*(\d{1,7});?|\\u\{?0*([0-9a-f]{2,6})\}?|(?:\\x|0x)([0-9a-f]{2})|&(?:amp;)*(amp|lt|gt|quot|apos);|\\[bfnrt]/gi

const MARKUP = /<[^<>]{0,100}>|&[a-z]{2,8};/gi

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Creates a check for traces of an altered secret: in another letter case or Unicode form, with separators, escaped any number
 * of times for URLs, HTML or JSON, reversed, in base64 or hex, or only a part of it.
 *
 * @returns whether a text contains eight or more characters of the secret in a row, or all of a shorter secret
 */
export function createTraceFinder(secret: string): (text: string) => boolean {
  const grams = gramsOf(secret)
  const isGramIn = createGramSearch(grams)
  const hasTriples = createTripleSearch(grams)
  return (text) => {
    if (isPlain(text) && !hasTriples(text)) return false
    const forms = decodedForms(text)
    if (forms === undefined) return true
    return [...forms].some((form) => {
      const letters = lettersOf(form)
      return hasTriples(letters) && (isGramIn(form) || isGramIn(letters))
    })
  }
}

/**
 * All decoded forms of a text, after each round of decoding, in one letter case and Unicode form.
 *
 * @returns `undefined` if the text is encoded too often
 */
function decodedForms(text: string): Set<string> | undefined {
  const decoded = new Set<string>()
  for (const variant of new Set([text, text.replace(/[\s\p{C}]+/gu, '')])) {
    let current = variant
    for (let round = 0; round === 0 || !decoded.has(current); round += 1) {
      if (round > MAX_ROUNDS) return undefined
      decoded.add(current)
      current = current.replace(ESCAPE, decode)
    }
  }
  return new Set([...decoded].flatMap((form) => [form, form.replace(MARKUP, '')]).map(fold))
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
 * Unifies letter cases, accents and compatibility characters such as full-width letters. It removes marks first, because
 * normalising a sequence of marks takes quadratic time.
 */
const fold = (text: string) =>
  text
    .replace(/\p{M}+/gu, '')
    .normalize('NFKD')
    .toLowerCase()

const lettersOf = (folded: string) => folded.replace(/[^\p{L}\p{N}]+/gu, '')

/** The parts of a secret, in all forms, that are a trace of it, by their length. */
type Grams = ReadonlyMap<number, ReadonlySet<string>>

function gramsOf(secret: string): Grams {
  const byLength = new Map<number, Set<string>>()

  function add(form: string, length: number, min: number): void {
    if (form.length < min) return
    const size = Math.min(length, form.length)
    const grams = byLength.get(size) ?? new Set()
    for (let at = 0; at + size <= form.length; at += 1) grams.add(form.slice(at, at + size))
    byLength.set(size, grams)
  }

  const folded = fold(secret)
  const letters = lettersOf(folded)
  add(folded, GRAM, MIN_GRAM)
  add(letters, GRAM, MIN_GRAM)
  for (let at = 0; at + GRAM <= folded.length; at += 1) {
    add(lettersOf(folded.slice(at, at + GRAM)), GRAM, MIN_LETTERS)
  }
  add([...letters].reverse().join(''), GRAM, MIN_GRAM)
  add(Buffer.from(secret).toString('hex'), GRAM * 2, MIN_GRAM * 2)
  for (const form of base64Forms(secret)) add(lettersOf(fold(form)), BASE64_GRAM, MIN_BASE64_GRAM)
  return byLength
}

function createGramSearch(byLength: Grams): (text: string) => boolean {
  return (text) => {
    for (const [size, grams] of byLength) {
      for (let at = 0; at + size <= text.length; at += 1) {
        if (grams.has(text.slice(at, at + size))) return true
      }
    }
    return false
  }
}

// Escapes, markup, fractions of several digits, and what is not in the alphabets of western Europe, such as full-width letters.
// Without the flag i, with which the Kelvin sign would be a k.
const NOT_PLAIN = /[%&\\<\u00bc-\u00be\u0100-\uffff]|0[\s\p{C}]*[xX]/u

/** Whether a text has only one decoded form, with as many letters and digits. */
const isPlain = (text: string) => !NOT_PLAIN.test(text)

const PLAIN_CHARACTERS = 0x100

/** Each character in its folded form, if that is a letter or a digit; otherwise 0. Made when it is needed. */
let foldedCharacters: Uint16Array | undefined

const TRIPLES = 1 << 16

const indexOfTriple = (first: number, second: number, third: number) =>
  (first * 961 + second * 31 + third) % TRIPLES

/**
 * Creates a check that rules out nearly every text in one pass, without a copy: up to 60,000 records have several labels each. A
 * trace has several triples of letters in a row that are in the secret, too, with anything between the letters.
 *
 * @returns whether a text may have a trace, without decoding
 */
function createTripleSearch(byLength: Grams): (text: string) => boolean {
  const triples = new Uint8Array(TRIPLES)
  let triplesInRow = Number.POSITIVE_INFINITY
  for (const grams of byLength.values()) {
    for (const gram of grams) {
      const letters = lettersOf(gram)
      triplesInRow = Math.min(triplesInRow, letters.length - 2)
      for (let at = 2; at < letters.length; at += 1) {
        triples[
          indexOfTriple(...([at - 2, at - 1, at].map((place) => letters.charCodeAt(place)) as Triple))
        ] = 1
      }
    }
  }
  return (text) => {
    // A secret of punctuation has too few letters for this check.
    if (triplesInRow < 1) return true
    foldedCharacters ??= foldCharacters()
    let first = 0
    let second = 0
    let inRow = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      const third = foldedCharacters[code] ?? code
      if (third === 0) continue
      inRow = triples[indexOfTriple(first, second, third)] === 1 ? inRow + 1 : 0
      if (inRow >= triplesInRow) return true
      first = second
      second = third
    }
    return false
  }
}

type Triple = [number, number, number]

function foldCharacters(): Uint16Array {
  return Uint16Array.from(
    { length: PLAIN_CHARACTERS },
    (_, code) => lettersOf(fold(String.fromCharCode(code))).charCodeAt(0) || 0,
  )
}
