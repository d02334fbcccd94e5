import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard'

/** Where a panel stands, in columns (24 of them) and rows (of 38 pixels, gap included). */
export const box = (x: number, y: number, w: number, h: number): GridPos => ({ x, y, w, h })
