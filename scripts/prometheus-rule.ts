import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Document, isSeq, parseDocument } from 'yaml'

const RULES = new URL('../rules/', import.meta.url)
const MANIFEST = new URL('../deploy/kubernetes/rules/prometheus-rule.yaml', import.meta.url)

const HEAD = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'wolkvox-exporter', labels: { 'app.kubernetes.io/name': 'wolkvox-exporter' } },
}

/** The rules as a manifest of the Prometheus operator: every group of `rules/`, with its comments. */
export function prometheusRule(): string {
  const manifest = new Document({ ...HEAD, spec: { groups: [] } })
  manifest.commentBefore = ' Generated from rules/ by npm run kubernetes. Edit those files instead.'
  for (const name of readdirSync(RULES).sort()) {
    if (!name.endsWith('.yml')) continue
    const file = parseDocument(readFileSync(new URL(name, RULES), 'utf8'))
    const groups = file.get('groups')
    if (file.errors.length > 0 || !isSeq(groups))
      throw new Error(`rules/${name}: contains no groups of rules; run promtool check rules`, {
        cause: file.errors[0],
      })
    for (const group of groups.items) manifest.addIn(['spec', 'groups'], group)
  }
  return manifest.toString({ lineWidth: 120 })
}

if (import.meta.main) writeFileSync(MANIFEST, prometheusRule())
