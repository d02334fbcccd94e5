import { Agent } from './agent.ts'

const firstId = 1001

/** Animals of the region, with accents, so that no simulated agent can be taken for a person. */
const animals = [
  'Cóndor',
  'Colibrí',
  'Ñandú',
  'Águila',
  'Delfín',
  'Tucán',
  'Caimán',
  'Armadillo',
  'Guacamaya',
  'Jaguar',
  'Perezoso',
  'Tití',
  'Chigüiro',
  'Búho',
  'Tapir',
  'Zorro',
  'Halcón',
  'Nutria',
  'Ocelote',
  'Vicuña',
]

/** `count` agents, all logged out, with ids from 1001 upward; the names differ by their number. */
export function hireAgents(count: number): Agent[] {
  return Array.from({ length: count }, (_, index) => {
    const animal = animals[index % animals.length]
    return new Agent(String(firstId + index), `${animal} ${String(index + 1).padStart(3, '0')}`)
  })
}
