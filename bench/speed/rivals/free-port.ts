import { startLoopbackServer } from '../../loopback-server.ts'

/** A port that was free a moment ago, for a program that cannot choose one itself. */
export async function freePort(): Promise<string> {
  const { url, close } = await startLoopbackServer(() => {})
  await close()
  return new URL(url).port
}
