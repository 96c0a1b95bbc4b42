/** What both houses of MiniMax share: their limits, and their codes. */

import type { Provider } from './provider.ts'

export const minimaxLimits: Pick<Provider, 'quota' | 'codes'> = {
  // Windows of five hours for the plan as a whole: https://platform.minimax.io/docs/coding-plan/intro
  quota: 'account',
  // They stand in `base_resp` of an answer with status 200: https://platform.minimax.io/docs/api-reference/errorcode
  codes: {
    1001: 'upstream_timeout',
    1002: 'rate_limit_exceeded',
    1004: 'upstream_auth_error',
    1008: 'upstream_quota_exceeded',
    1026: 'content_filter',
    1027: 'content_filter',
    1039: 'rate_limit_exceeded',
    1041: 'rate_limit_exceeded',
    1042: 'upstream_refused_request',
    2013: 'upstream_refused_request',
    2045: 'rate_limit_exceeded',
    2049: 'upstream_auth_error',
    2056: 'rate_limit_exceeded',
  },
}
