import type { Groups } from '../../src/groups/groups.ts'
import { type GroupsFormat, parseFile } from '../../src/groups/parser-task.ts'

/** The table of a groups file. */
export async function groupsFrom(text: string, format: GroupsFormat = 'csv'): Promise<Groups> {
  const reply = await parseFile({ bytes: Buffer.from(text), format, digest: text })
  if ('problems' in reply) throw new Error(reply.problems.join('\n'))
  return reply.groups
}

/** A groups file of 10,000 rows for 9,600 agents, in the form of a Spanish spreadsheet: 8 of 100 rows have a defect. */
export function largeGroupsFile(): Buffer {
  const lines = Array.from({ length: 10_000 }, (_, index) => {
    const id = String(1000 + index)
    const [team, supervisor] = [`Equipo ${index % 40}`, `Supervisor ${index % 90}`]
    const rest = `${['Bogotá', 'Medellín', 'Cúcuta'][index % 3]};Campaña ${index % 7}`
    switch (index % 100) {
      case 3:
        return `;${team};${supervisor};${rest}`
      case 13:
        return `${id};${team};${supervisor};${rest};more;cells`
      case 23:
        return `${1000 + index - 1};${team};${supervisor};${rest}`
      case 33:
        return `${id};${'x'.repeat(200)};${supervisor};${rest}`
      case 43:
        return `${id};"Equipo "x;y;${rest}"`
      case 53:
        return `${id};Equipo\u0007;${supervisor};${rest}`
      case 63:
        return `  ${id} ;"${team}";"${supervisor}";${rest}`
      case 73:
        return `${id};${team}`
      case 83:
        return ';;;;'
      case 93:
        return ''
      default:
        return `${id};${team};${supervisor};${rest}`
    }
  })
  return Buffer.from(['agent_id;team;supervisor;site;campaign', ...lines].join('\r\n'), 'latin1')
}
