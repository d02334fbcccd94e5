import { agentFamilies } from '../../src/exposition/agent-families.ts'
import { getPage, getPlainPage, type Page } from './page.ts'

/** The bytes are not the same where they have to be: whatever was measured would say nothing. */
export class DifferentBytes extends Error {
  override readonly name = 'DifferentBytes'
}

/** Where the three serve the same data. */
export interface Compared {
  readonly page: Page
  readonly exporter: string
  readonly nginx: string
  readonly promClient: string
}

/**
 * Checks that what is compared serves the same.
 *
 * @param agents each of whom is in every family
 * @throws DifferentBytes
 */
export async function checkBytes(
  { page, exporter, nginx, promClient }: Compared,
  agents: number,
): Promise<void> {
  const samples = agentLines(page.text, 'wolkvox_agent_')
  demand(
    samples.length === agentFamilies.length * agents,
    `of ${agents} agents there are ${samples.length} samples`,
  )
  const plain = await getPlainPage(exporter)
  demand(sameLines(agentLines(plain, ''), agentLines(page.text, '')), 'plain and compressed differ')
  demand((await getPage(nginx)).gzip.equals(page.gzip), 'nginx serves other bytes')
  const rival = agentLines(await getPlainPage(promClient), 'wolkvox_agent_')
  demand(sameLines(rival.sort(), samples.sort()), 'prom-client has other samples')
}

function demand(right: boolean, otherwise: string): void {
  if (!right) throw new DifferentBytes(otherwise)
}

const OF_AGENTS = /^(?:# (?:HELP|TYPE) )?wolkvox_agent_/

/** The lines of the agents' families, byte for byte, in their order. @param start that they begin with */
function agentLines(text: Buffer, start: string): string[] {
  return text
    .toString('latin1')
    .split('\n')
    .filter((line) => line.startsWith(start) && OF_AGENTS.test(line))
}

function sameLines(lines: readonly string[], others: readonly string[]): boolean {
  return lines.length === others.length && lines.every((line, index) => line === others[index])
}
