import { aRecord } from '../../../tools/fixtures.ts'

let generation = 0

/** Five agents, one of them new, with new values. */
export function fiveAgents(): readonly Record<string, unknown>[] {
  generation += 1
  return ['1001', '1002', '1003', '1004', `new-${generation}`].map((agent_id, index) =>
    aRecord({ agent_id, agent_name: `Águila ${index}`, calls: String(generation * 10 + index) }),
  )
}
