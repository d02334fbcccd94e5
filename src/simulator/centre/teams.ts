import { firstId } from './agent.ts'

const TEAMS = ['Portabilidad', 'Retención', 'Renovaciones', 'Móvil'] as const
const SITES = ['Bogotá', 'Medellín', 'Cali'] as const

// Some agents are in no team, as in real operations.
const WITHOUT_TEAM = 20

/** A groups file for so many simulated agents: which team and site they belong to. */
export function teamsFile(agents: number): string {
  const rows = Array.from({ length: agents }, (_, index) =>
    index % WITHOUT_TEAM === WITHOUT_TEAM - 1
      ? ''
      : `${firstId + index},${TEAMS[index % TEAMS.length]},${SITES[index % SITES.length]}\n`,
  )
  return `agent_id,team,site\n${rows.join('')}`
}
