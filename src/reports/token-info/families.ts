import { readCount } from '../../wolkvox/values.ts'
import { fieldGauge } from '../report.ts'

/** Every family of the report. A field is one line here. */
export const tokenInfoFamilies = [
  fieldGauge('token_limit', 'wolkvox_token_limit_calls', readCount, 'Calls that the token may make in a day'),
  fieldGauge('token_use_today', 'wolkvox_token_used_calls', readCount, 'Calls made today with the token'),
  fieldGauge(
    'all_token_today',
    'wolkvox_token_account_used_calls',
    readCount,
    'Calls made today with all tokens of the account',
  ),
  fieldGauge(
    'available_consumption_options',
    'wolkvox_token_available_calls',
    readCount,
    'Calls that the token may still make today',
  ),
]
