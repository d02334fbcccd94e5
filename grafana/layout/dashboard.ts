import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type AnnotationQuery,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Texts } from '../i18n/es.ts'
import { type Name, names, uidOf } from './links.ts'

/** A builder of any kind of panel. */
interface AnyPanel extends Builder<Panel> {
  id(id: number): this
  noValue(text: string): this
}

interface Contents {
  readonly variables: readonly Builder<VariableModel>[]
  readonly annotations: readonly Builder<AnnotationQuery>[]
  readonly panels: readonly AnyPanel[]
}

/** Builds a dashboard: adds the time range, the refresh interval and the links that all dashboards share. */
export function buildDashboard(name: Name, texts: Texts, { variables, annotations, panels }: Contents) {
  const dashboard = new DashboardBuilder(texts[name].title)
    .uid(uidOf(name, texts.language))
    .description(texts[name].about)
    .tags(['wolkvox', texts.language])
    .timezone('browser')
    .readonly()
    .time({ from: 'now/d', to: 'now' })
    // The data changes every five minutes, but the time in a state keeps counting.
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .annotations([...annotations])
    .links(names.filter((other) => other !== name).map((other) => linkTo(other, texts)))
  for (const [index, panel] of panels.entries()) {
    const own = panel.build().fieldConfig?.defaults.noValue
    dashboard.withPanel(panel.id(index + 1).noValue(own ?? texts.noData))
  }
  return dashboard.build()
}

function linkTo(name: Name, { links, language }: Texts) {
  return new DashboardLinkBuilder(links[name].title)
    .type(DashboardLinkType.Link)
    .tooltip(links[name].tooltip)
    .url(`/d/${uidOf(name, language)}`)
    .icon('dashboard')
    .includeVars(true)
    .keepTime(true)
}
