import { access } from 'node:fs/promises'
import { endsWithin } from '../refresh/delay.ts'

export const ENV_FILE_HINT =
  'The .env file in this folder is not read. Run `set -a; . ./.env; set +a` before, or start with `node --env-file=.env bin/wolkvox-exporter.cjs`.'

// It is only looked for to give a hint.
const TIMEOUT_MS = 1000

/** Whether a `.env` file lies in the current folder, which Docker Compose reads and this program does not. */
export async function hasEnvFile(path = '.env'): Promise<boolean> {
  try {
    return await endsWithin(TIMEOUT_MS, access(path))
  } catch {
    return false
  }
}
