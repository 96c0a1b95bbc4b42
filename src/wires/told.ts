/** What a provider told in the place of an answer, as a failure in a sentence of ours; and the part of it that several wires have. */

import { isObject, type Json } from '../base/json.ts'
import { Failure, upstreamSentence } from '../canonical/failure.ts'
import { resetsAt, type Reset } from '../canonical/resets.ts'
import type { ProviderError } from './wire.ts'

export function toldFailure({ reason = 'upstream_error', param, ...upstream }: ProviderError): Failure {
  return new Failure(reason, upstreamSentence(reason), { upstream, ...(param !== undefined && { param }) })
}

/** Of the `details` of an error as Google says one: `RetryInfo`, and the `ErrorInfo` of plans. https://google.aip.dev/193 */
export function resetsInDetails(details: Json | undefined): readonly Reset[] {
  if (!Array.isArray(details)) return []
  const isWindow = details.some((detail) => isObject(detail) && /PerDay/.test(JSON.stringify(detail.violations ?? '')))
  return details.filter(isObject).flatMap(({ retryDelay, metadata }) => {
    return [...resetsAt(retryDelay, isWindow), ...(isObject(metadata) ? resetsAt(metadata.quotaResetDelay, true) : [])]
  })
}
