import { defineReport } from '../report.ts'
import { tokenInfoFamilies } from './families.ts'
import { storedToken, tokenKeyOf } from './rows.ts'

/** How many calls the token and its account have used today. */
export const tokenInfo = defineReport({
  name: 'token_info',
  path: '/api/v2/information.php?api=token_info',
  defaultIntervalMs: 3_600_000,
  needsRecord: true,
  accountCallsField: 'all_token_today',
  rowFields: [],
  keyOf: tokenKeyOf,
  createRowReader: () => () => ({}),
  labelNames: [],
  labelsOf: () => ({}),
  families: tokenInfoFamilies,
  storedRow: storedToken,
  privacyOf: () => '',
})
