import { setTimeout as sleep } from 'node:timers/promises'
import { parseExposition } from '../../test/support/helpers.ts'
import type { FaultyWolkvox } from '../faulty-wolkvox.ts'
import { plain, scrape } from './scrape.ts'
import { INTERVAL_MS, TIMEOUT_MS } from './settings.ts'

// A refresh makes three calls at most, each until its timeout; the rest is for a busy machine.
const LAST_REFRESH_MS = 3 * TIMEOUT_MS + INTERVAL_MS + 10_000

/** After the faults, the first refresh has to bring exactly what wolkvox then sends. */
export async function judgeLastRefresh(
  url: string,
  wolkvox: FaultyWolkvox,
  breach: (text: string) => void,
): Promise<void> {
  const expected = wolkvox.calm()
  const calmAt = Date.now()
  for (; Date.now() - calmAt < LAST_REFRESH_MS; await sleep(INTERVAL_MS / 10)) {
    const samples = parseExposition((await scrape(url, plain)).text)
    const one = (name: string) => samples.find((sample) => sample.name === name)?.value
    if ((one('wolkvox_last_success_timestamp_seconds') ?? 0) * 1000 <= calmAt) continue
    const states = samples.filter(({ name }) => name === 'wolkvox_agent_state')
    const ids = new Set(states.map(({ labels }) => labels.agent_id ?? ''))
    const wrong = ids.symmetricDifference(expected).size
    if (wrong > 0 || one('wolkvox_up') !== 1) {
      breach(`after the faults ${wrong} agents are wrong, and wolkvox_up is ${one('wolkvox_up')}`)
    }
    return
  }
  breach(`for ${LAST_REFRESH_MS / 1000} s after the faults there was no refresh`)
}
