/** The dashboards, by the name of their file. */
export const names = ['operation', 'agent', 'exporter'] as const

export type Name = (typeof names)[number]

/** Grafana's uid of a dashboard. Each language has its own, so that one Grafana can hold both. */
export const uidOf = (name: Name, language: string): string => `wolkvox-${name}-${language}`
