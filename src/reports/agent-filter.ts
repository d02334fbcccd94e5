import { RE2JS, RE2JSException, RE2Set } from 're2js'

/** Which agents of an operation are read: patterns over their ids and names, without regard to case. */
export interface AgentFilter {
  /** An agent has to match one of these. Without any, every agent does. */
  readonly include: readonly string[]
  /** An agent that matches one of these is left out. */
  readonly exclude: readonly string[]
}

/** Whether an agent is read. */
export type KeepsAgent = (id: string, name: string) => boolean

/**
 * What is wrong with a pattern. The engine takes linear time for every pattern that it accepts; it has neither lookaround nor
 * backreferences.
 *
 * @returns `undefined` if it can be used; never the pattern
 */
export function patternProblem(pattern: string): string | undefined {
  try {
    compile(pattern)
    return undefined
  } catch (error) {
    if (error instanceof RE2JSException) {
      return 'is not a regular expression of RE2, which has no lookaround and no backreferences; simplify it'
    }
    throw error
  }
}

/** Compiles a filter. */
export function createAgentFilter({ include, exclude }: AgentFilter): KeepsAgent {
  const included = anyOf(include)
  const excluded = anyOf(exclude)
  return (id, name) =>
    (included === undefined || included(id) || included(name)) && !(excluded?.(id) || excluded?.(name))
}

/**
 * One automaton for all patterns: each text is searched once. Unlike an expression joined with `|`, a set keeps each pattern apart:
 * a quotation (`\Q`) that is open at the end of one does not reach into the next, and two can name their groups alike.
 */
function anyOf(patterns: readonly string[]): ((text: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined
  const set = new RE2Set(RE2Set.UNANCHORED, RE2JS.CASE_INSENSITIVE)
  for (const pattern of patterns) set.add(composed(pattern))
  set.compile()
  return (text) => text !== '' && set.match(composed(text)).length > 0
}

const compile = (pattern: string) => RE2JS.compile(composed(pattern), RE2JS.CASE_INSENSITIVE)

/** The same name typed on two systems can differ in how it encodes an accent. */
const composed = (text: string) => text.normalize('NFC')
