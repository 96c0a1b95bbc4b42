/** Signs requests where a header with a key is not enough: for AWS each by itself, for Google with a token that lasts. */

import { now } from '../../base/clock.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Exchange, Signing, UpstreamRequest } from '../exchange.ts'
import { readAwsKeys, signForAws } from './aws.ts'
import { GoogleTokens } from './google.ts'

export class Signer {
  readonly #tokens: GoogleTokens

  /** `post` carries what tokens are asked for with. */
  constructor(post: (request: UpstreamRequest) => Promise<Exchange>) {
    this.#tokens = new GoogleTokens(post)
  }

  /** The same request with its proof. Throws `Failure` that blames our credential. */
  async sign(request: UpstreamRequest, signing: Signing): Promise<UpstreamRequest> {
    return { ...request, headers: { ...request.headers, ...(await this.#prove(request, signing)) } }
  }

  /** The provider would not take the proof: the next one is made anew. */
  refused(signing: Signing): void {
    if (signing.scheme === 'google') this.#tokens.drop(signing.secret)
  }

  async #prove(request: UpstreamRequest, signing: Signing): Promise<{ readonly [name: string]: string }> {
    if (signing.scheme === 'google') return { authorization: `Bearer ${await this.#tokens.tokenFor(signing.secret)}` }
    const keys = readAwsKeys(signing.secret)
    if (keys === undefined) throw new Failure('upstream_auth_error', 'The gateway’s keys for this provider are not a pair: the operator must look at them.')
    return signForAws(request, keys, signing, now())
  }
}
