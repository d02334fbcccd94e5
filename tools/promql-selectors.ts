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
