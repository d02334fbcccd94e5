import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { agent } from './agent.ts'
import { exporter } from './exporter.ts'
import { en } from './i18n/en.ts'
import { es, type Texts } from './i18n/es.ts'
import { type Name, names } from './layout/links.ts'
import type { AllLimits } from './limits.ts'
import { operation } from './operation.ts'
import { queues } from './queues.ts'

const make = { operation, queues, agent, exporter }

export const languages = { es, en } as const satisfies Record<string, Texts>

export type Language = keyof typeof languages

export const languageNames = Object.keys(languages) as readonly Language[]

interface Made {
  readonly language: Language
  readonly name: Name
  /** From the folder `grafana/dashboards`. */
  readonly path: string
  readonly dashboard: Dashboard
}

/** Every dashboard in every language. */
export const dashboards = (limits: AllLimits): readonly Made[] =>
  languageNames.flatMap((language) =>
    names.map((name) => ({
      language,
      name,
      path: `${language}/${name}.json`,
      dashboard: make[name](languages[language], limits),
    })),
  )

/** The content of a dashboard's file. */
export const textOf = (dashboard: Dashboard): string => `${JSON.stringify(dashboard, null, 2)}\n`
