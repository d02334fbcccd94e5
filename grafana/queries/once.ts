/**
 * A metric of an operation, once: two exporters of one operation, or one that has moved to another address a minute ago, say
 * the same twice.
 */
export const once = (metric: string, by = 'operation'): string => `max by (${by}) (${metric})`
