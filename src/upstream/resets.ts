/** What a provider’s refusal means when its headers and its own data are read beside its body: why, and when to come back. */

import { now } from '../base/clock.ts'
import { Failure, upstreamSentence, type Reason } from '../canonical/failure.ts'
import { msUntil, resetsAt, resetsIn, resetsInWords, retryAfterIn, type Reset } from '../canonical/resets.ts'
import type { LimitHeader, Provider } from '../providers/provider.ts'

type Headers = Readonly<Record<string, string>>

/** Reasons that are about a limit. To any other failure, what is told of limits beside it says nothing. */
const limited: ReadonlySet<Reason> = new Set<Reason>(['rate_limit_exceeded', 'upstream_quota_exceeded', 'overloaded'])

/**
 * The failure as it is meant: by the provider's own code, if its data knows it, and with `retryAfterMs`, if anything tells it: of all that do,
 * the latest. A failure that the provider did not tell in words of its own stays as it is, and so does one that has a time.
 */
export function withResets(failure: Failure, headers: Headers, { codes = {}, limits = [] }: Pick<Provider, 'codes' | 'limits'>): Failure {
  const { upstream, param, cause } = failure
  if (upstream === undefined || failure.retryAfterMs !== undefined) return failure
  const { code = '' } = upstream
  const reason = Object.hasOwn(codes, code) ? codes[code]! : failure.reason
  const resets = limited.has(reason)
    ? [...resetsIn(headers), ...limits.flatMap((limit) => resetOf(limit, headers)), ...(upstream.resets ?? []), ...resetsInWords(upstream.message ?? '')]
    : retryAfterIn(headers)
  const retryAfterMs = msUntil(resets, now())
  if (reason === failure.reason && retryAfterMs === undefined) return failure
  const message = reason === failure.reason ? failure.message : upstreamSentence(reason)
  return new Failure(reason, message, { upstream, cause, ...(param !== undefined && { param }), ...(retryAfterMs !== undefined && { retryAfterMs }) })
}

function resetOf({ reset, reached: [header, says], isWindow }: LimitHeader, headers: Headers): readonly Reset[] {
  return says.test((headers[header] ?? '').trim()) ? resetsAt(headers[reset], isWindow) : []
}
