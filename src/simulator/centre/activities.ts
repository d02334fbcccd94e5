/** The totals of seconds that an activity can add to. */
export type TimeTotal = 'ready' | 'inbound' | 'outbound' | 'acw' | 'aux' | 'ring'

/** What an agent can be busy with. */
export interface Activity {
  /** As wolkvox shows it in `agent_status`. */
  readonly state: string
  /** The totals its seconds are added to. */
  readonly addsTo: readonly TimeTotal[]
}

/**
 * The fixed activities. A ringing agent is not yet busy, so ringing stays part of ready. The report has no field for
 * time on internal calls; as wolkvox's own totals leave no other room for it, it counts as auxiliary.
 */
export const activities = {
  loggedOut: { state: 'Logout', addsTo: [] },
  ready: { state: 'READY', addsTo: ['ready'] },
  ringing: { state: 'RING', addsTo: ['ready', 'ring'] },
  inboundCall: { state: 'TALK', addsTo: ['inbound'] },
  outboundCall: { state: 'TALK', addsTo: ['outbound'] },
  internalCall: { state: 'TALK', addsTo: ['aux'] },
  afterCallWork: { state: 'ACW', addsTo: ['acw'] },
} as const satisfies Record<string, Activity>

const auxiliaryTotals: readonly TimeTotal[] = ['aux']

/** The activity of an auxiliary state; `name` is free text, as operations invent it. */
export function auxiliary(name: string): Activity {
  return { state: name, addsTo: auxiliaryTotals }
}
