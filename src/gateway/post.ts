/** Posts the requests of one attempt, a few at a time, and reads their answers whole. */

import type { JsonObject } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import type { FormName } from '../canonical/forms.ts'
import type { Target } from '../routing/target.ts'
import type { UpstreamRequest } from '../upstream/exchange.ts'
import { requestIdOf } from '../upstream/request-id.ts'
import type { UpstreamDialect } from '../wires/forms/dialect.ts'
import { collect, parseAnswer } from './answer.ts'
import type { FormCall } from './call.ts'
import { readModelRefusal, type Terms } from './send.ts'

export interface Posted {
  readonly bytes: Buffer
  readonly body: JsonObject
}

interface Posting<F extends FormName> {
  readonly call: FormCall<F>
  readonly target: Target
  readonly terms: Terms
  readonly dialect: UpstreamDialect<F>
}

/** More at once would take a provider's connections from other calls. */
const mostAtOnce = 4

/** In the order of the requests. The first failure gives up the others; so does a client that hangs up. */
export async function postAll<F extends FormName>(requests: readonly UpstreamRequest[], posting: Posting<F>): Promise<readonly Posted[]> {
  const answers: Posted[] = []
  /** What gives up each request that was begun; bounded by the requests, two for each. */
  const ways: (() => void)[] = []
  let isGivenUp = false
  let next = 0
  let room = posting.call.snapshot.limits.answer
  const giveUp = () => {
    isGivenUp = true
    for (const cancel of ways) cancel()
  }
  posting.call.client.onGone(giveUp)
  const onBegun = (cancel: () => void) => (isGivenUp ? cancel() : void ways.push(cancel))
  const work = async () => {
    while (next < requests.length && !isGivenUp) {
      const at = next
      next += 1
      const answer = await postOne(requests[at]!, posting, room, onBegun)
      room -= answer.bytes.length
      if (room < 0) throw new Failure('upstream_invalid_response', 'The provider’s answer is too long.')
      answers[at] = answer
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(mostAtOnce, requests.length) }, work))
    return answers
  } catch (error) {
    giveUp()
    throw error
  }
}

async function postOne<F extends FormName>(
  request: UpstreamRequest,
  { target, terms: { gateway, receipt }, dialect }: Posting<F>,
  room: number,
  onBegun: (cancel: () => void) => void,
): Promise<Posted> {
  const transport = target.connection.origin === '' ? gateway.local : gateway.network
  const exchange = await transport.post(request, false, onBegun, receipt)
  onBegun(() => exchange.abort())
  receipt.answered(exchange.status, requestIdOf(exchange.headers))
  if (exchange.status !== 200) throw await readModelRefusal(exchange, dialect, target.connection.provider)
  const bytes = await collect(exchange, room)
  return { bytes, body: parseAnswer(bytes) }
}
