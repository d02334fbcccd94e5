import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { agent } from './agent.ts'
import { exporter } from './exporter.ts'
import type { AllLimits } from './limits.ts'
import { operation } from './operation.ts'
import { type Name, names } from './shell/uids.ts'
import { en } from './texts/en.ts'
import { es } from './texts/es.ts'
import type { Texts } from './texts/texts.ts'

const make = { operation, agent, exporter }

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

/** A dashboard as its file has it. */
export const textOf = (dashboard: Dashboard): string => `${JSON.stringify(dashboard, null, 2)}\n`
