import { RE2JS, RE2JSException } from 're2js'

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

/** One expression for all patterns: each text is searched once. */
function anyOf(patterns: readonly string[]): ((text: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined
  const expression = compile(patterns.map((pattern) => `(?:${pattern})`).join('|'))
  return (text) => text !== '' && expression.test(text)
}

const compile = (pattern: string) => RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
