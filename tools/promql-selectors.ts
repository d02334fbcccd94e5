import { parser } from '@prometheus-io/lezer-promql'

/** A selector of an expression: the name of the metric and the labels of the matchers. */
export interface Selector {
  readonly metric: string
  readonly labels: readonly string[]
}

/** All selectors of an expression. @throws SyntaxError if the expression is not valid PromQL */
export function selectorsOf(expression: string): readonly Selector[] {
  const selectors: { metric: string; labels: string[] }[] = []
  parser.parse(expression).iterate({
    enter: ({ name, from, to, type }) => {
      if (type.isError) throw new SyntaxError(`not PromQL at ${from}: ${expression}`)
      const text = expression.slice(from, to)
      if (name === 'VectorSelector') selectors.push({ metric: /^[\w:]*/.exec(text)?.[0] ?? '', labels: [] })
      if (name === 'LabelName' && insideMatchers(expression, from)) selectors.at(-1)?.labels.push(text)
    },
  })
  return selectors
}

/** The values that a selector allows for each label, from its matchers `=` and `=~` with alternatives. */
export interface Selection {
  readonly metric: string
  readonly values: Readonly<Record<string, readonly string[]>>
}

/** All selections of an expression. @throws SyntaxError if the expression is not valid PromQL */
export function selectionsOf(expression: string): readonly Selection[] {
  const selections: { metric: string; values: Record<string, readonly string[]> }[] = []
  parser.parse(expression).iterate({
    enter: ({ name, from, to, type }) => {
      if (type.isError) throw new SyntaxError(`not PromQL at ${from}: ${expression}`)
      const text = expression.slice(from, to)
      if (name === 'VectorSelector') selections.push({ metric: /^[\w:]*/.exec(text)?.[0] ?? '', values: {} })
      const [, label, value] = (name === 'UnquotedLabelMatcher' && /^(\w+)\s*=~?\s*"(.*)"$/.exec(text)) || []
      const last = selections.at(-1)
      if (last && label !== undefined && value !== undefined) last.values[label] = value.split('|')
    },
  })
  return selections
}

/** Labels that an expression names outside selectors, such as in `by` and `on`. */
export function groupingLabelsOf(expression: string): readonly string[] {
  const labels: string[] = []
  parser.parse(expression).iterate({
    enter: ({ name, from, to }) => {
      if (name === 'LabelName' && !insideMatchers(expression, from)) labels.push(expression.slice(from, to))
    },
  })
  return labels
}

function insideMatchers(expression: string, at: number): boolean {
  return expression.lastIndexOf('{', at) > expression.lastIndexOf('}', at)
}
