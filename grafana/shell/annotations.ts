import { type AnnotationQuery, AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { palette } from '../look/palette.ts'
import { datasource } from '../panels/target.ts'
import type { Texts } from '../texts/texts.ts'

/** What Prometheus's annotations have beyond those of every data source. */
interface OfPrometheus {
  readonly step: string
  readonly titleFormat: string
  readonly textFormat: string
  readonly tagKeys: string
  /** Whether the values, in milliseconds, are the moments. */
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

/** While alerts fire. @param which a matcher of their labels; alerts that know no operation concern each of them */
export const alertAnnotation = (texts: Texts, which: string) =>
  annotation(
    texts.annotations.alerts,
    palette.vermilion,
    // Grafana would show the name of a label that is not there.
    `label_replace(sum by (alertname, operation, severity) (ALERTS{alertstate="firing", operation=~"$operation|", ${which}}), "operation", "–", "operation", "")`,
    {
      step: '60s',
      titleFormat: '{{alertname}}',
      textFormat: '{{operation}}',
      tagKeys: 'severity',
      useValueForTime: false,
    },
  )

/** Alerts on single agents would cover a whole operation's graphs. */
export const aboveAgents = 'alertname=~"Wolkvox.+", alertname!~"WolkvoxAgent.+"'

export const onAgents = 'alertname=~"WolkvoxAgent.+", agent_id=~"$agent"'

/** When exporters were started. @param selection a matcher of their labels */
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
