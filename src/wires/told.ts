/** What a provider told in the place of an answer, as a failure in a sentence of ours. */

import { Failure, upstreamSentence } from '../canonical/failure.ts'
import type { ProviderError } from './wire.ts'

export function toldFailure({ reason = 'upstream_error', param, ...upstream }: ProviderError): Failure {
  return new Failure(reason, upstreamSentence(reason), { upstream, ...(param !== undefined && { param }) })
}
