import { looks } from '../../../grafana/theme/colors.ts'
import type { Dashboard } from '../../../grafana/tools/dashboard-files.ts'

/** Keys whose values are visible texts. */
const READ = new Set([
  'title',
  'description',
  'tooltip',
  'label',
  'legendFormat',
  'noValue',
  'titleFormat',
  'text',
])

/** Placeholders that Prometheus or Grafana fills in, and signs. */
const NO_WORDS = /^(?:\{\{\w+\}\}(?: \{\{\w+\}\})*|\$1|\W*)$/

const signs = Object.values(looks).map(({ sign }) => `${sign} `)

/** All visible texts of a dashboard, each once, without names of series and states. */
export function visibleTexts({ annotations, templating, ...dashboard }: Dashboard): readonly string[] {
  const found: string[] = []
  const look = (value: unknown, key = '') => {
    if (typeof value === 'string' && READ.has(key)) found.push(value)
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'renameByName') found.push(...Object.values(inner as Record<string, string>))
      else look(inner, Array.isArray(value) ? key : name)
    }
  }
  look(dashboard)
  for (const { name, ...annotation } of annotations.list) {
    found.push(name)
    look(annotation)
  }
  for (const { label, type, query } of templating.list) {
    found.push(label ?? '')
    if (type === 'custom')
      found.push(
        ...String(query)
          .split(', ')
          .map((option) => option.split(' : ')[0] ?? ''),
      )
  }
  const words = found.map((text) => text.slice(signs.find((sign) => text.startsWith(sign))?.length ?? 0))
  return [...new Set(words)].filter((text) => !NO_WORDS.test(text))
}
