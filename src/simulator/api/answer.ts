/** How an answer leaves the simulator. */
export type Delivery = 'whole' | 'half' | 'drip' | 'never' | 'reset'

/** What is sent to a caller, before compression. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly delivery: Delivery
}

/** An answer that holds `value` as JSON. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return textAnswer(status, 'application/json; charset=utf-8', JSON.stringify(value))
}

/** An answer of any other type. */
export function textAnswer(status: number, contentType: string, body: string): Answer {
  return { status, headers: { 'content-type': contentType }, body, delivery: 'whole' }
}
