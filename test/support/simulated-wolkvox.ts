import { type Simulator, simulatorDefaults, startSimulator } from '../../src/simulator/simulator.ts'
import { onTestFinished } from './on-test-finished.ts'

/** An account of the simulated wolkvox. */
export const ACCOUNT = { WOLKVOX_SERVER: simulatorDefaults.server, WOLKVOX_TOKEN: 'test-token-of-an-account' }

/** Starts a simulated wolkvox with five agents. It stops when the test ends. */
export async function startWolkvox(): Promise<Simulator> {
  const simulator = await startSimulator({
    ...simulatorDefaults,
    port: 0,
    agents: 5,
    token: ACCOUNT.WOLKVOX_TOKEN,
  })
  onTestFinished(() => simulator.close())
  return simulator
}

/** The settings of an exporter that fetches from a simulated wolkvox. */
export const simulatedAccount = async () => ({ ...ACCOUNT, WOLKVOX_BASE_URL: (await startWolkvox()).url })
