import { type AnnotationQuery, AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Texts } from '../i18n/es.ts'
import { datasource } from '../panels/parts.ts'
import { palette } from '../theme/colors.ts'

/** Settings that only annotations from Prometheus have. */
interface OfPrometheus {
  readonly step: string
  readonly titleFormat: string
  readonly textFormat: string
  readonly tagKeys: string
  /** Whether the value is the time of the annotation, in milliseconds. */
  readonly useValueForTime: boolean
}

function annotation(name: string, iconColor: string, expr: string, more: OfPrometheus) {
  const common = new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(iconColor)
    .expr(expr)
  return { build: (): AnnotationQuery => ({ ...common.build(), ...more }) }
}

/** Marks firing alerts. Alerts without an operation concern all of them. @param which a matcher for the labels of the alerts */
export const alertAnnotation = (texts: Texts, which: string) =>
  annotation(
    texts.annotations.alerts,
    palette.vermilion,
    // If a label is missing, Grafana shows its name.
    `label_replace(sum by (alertname, operation, severity) (ALERTS{alertstate="firing", operation=~"$operation|", ${which}}), "operation", "–", "operation", "")`,
    {
      step: '60s',
      titleFormat: '{{alertname}}',
      textFormat: '{{operation}}',
      tagKeys: 'severity',
      useValueForTime: false,
    },
  )

/** Not alerts about single agents: there are too many for the graphs of an operation. */
export const aboveAgents = 'alertname=~"Wolkvox.+", alertname!~"WolkvoxAgent.+"'

export const onAgents = 'alertname=~"WolkvoxAgent.+", agent_id=~"$agent"'

/** Marks starts of exporters. @param selection a matcher for their labels */
export const restartAnnotation = (texts: Texts, selection = '') =>
  annotation(
    texts.annotations.restarts,
    palette.blue,
    `1000 * process_start_time_seconds${selection && `{${selection}}`} and on (job, instance) wolkvox_exporter_build_info`,
    {
      step: '60s',
      titleFormat: texts.annotations.restarted,
      textFormat: '{{instance}}',
      tagKeys: 'job',
      useValueForTime: true,
    },
  )
