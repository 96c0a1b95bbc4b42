/** Counts a request's tokens: the provider does where it can, else the count is estimated and says so. */

import type { JsonObject } from '../base/json.ts'
import { Failure, toFailure, type Reason } from '../canonical/failure.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { confidences } from '../receipts/usage.ts'
import type { Lease } from '../routing/lease.ts'
import type { Plan } from '../routing/plan.ts'
import { pickCountingWire } from '../routing/target.ts'
import { begin } from './begin.ts'
import { collect, parseAnswer } from './answer.ts'
import { courseOf, endAttempt, tellTarget } from './attempt.ts'
import type { Call } from './call.ts'
import type { Gateway } from './gateway.ts'
import { answerHeaders } from './headers.ts'
import { prepare } from './outgoing.ts'
import { readRefusal } from './send.ts'
import { wireOf } from '../wires/index.ts'
import { requestIdOf } from '../upstream/request-id.ts'

/** `reported` or `estimated`: who counted. */
const sourceHeader = 'x-omni-usage-source'

export async function count(call: Call, plan: Plan, gateway: Gateway, receipt: Receipt): Promise<void> {
  // A count is worth no waiting: it can be estimated.
  const lease = await courseOf(call, plan).next(0)
  const counted = lease && (await ask(call, lease, gateway, receipt).finally(() => lease.end()))
  const tokens = counted ?? receipt.prompt.estimate ?? 0
  const source = counted === undefined ? 'estimated' : 'reported'
  receipt.record.prompt_tokens = tokens
  receipt.record.usage_source = receipt.record.input_source = source
  receipt.record.usage_confidence = confidences[source]
  receipt.record.status = 200
  const body = JSON.stringify(call.surface.wire.writeCount?.(tokens) ?? { input_tokens: tokens })
  const headers = answerHeaders(receipt, 'application/json; charset=utf-8')
  call.client.begin(200, [...headers, sourceHeader, source, 'content-length', String(Buffer.byteLength(body))])
  call.client.end(body)
}

/** Undefined where the provider has no such call, or fails at it. What it refuses as the caller's mistake is the caller's to hear. */
async function ask(call: Call, lease: Lease, gateway: Gateway, receipt: Receipt): Promise<number | undefined> {
  const { target } = lease.leaf
  const { connection, model } = target
  const name = pickCountingWire(connection.provider, model, call.surface.name)
  const wire = name === undefined ? undefined : wireOf(name)
  if (wire?.counting === undefined) return undefined
  tellTarget(call, target, receipt)
  await begin(gateway, receipt)
  try {
    const { request } = prepare(call, target, false, receipt)
    const asked = JSON.stringify(wire.counting.write(JSON.parse(request.body.toString()) as JsonObject, model))
    const exchange = await gateway.network.post({ ...request, body: asked }, false, (cancel) => call.client.onGone(cancel), receipt)
    receipt.answered(exchange.status, requestIdOf(exchange.headers))
    if (exchange.status !== 200) throw await readRefusal(exchange, wire, connection.provider)
    const tokens = wire.counting.read(parseAnswer(await collect(exchange, call.snapshot.limits.answer)))
    if (tokens === undefined || !Number.isSafeInteger(tokens) || tokens < 0)
      throw new Failure('upstream_invalid_response', 'The provider’s answer has no count.')
    endAttempt(target, 'answered', receipt)
    return tokens
  } catch (error) {
    const failure = toFailure(error)
    lease.end(tellsOfMore(failure) ? failure : undefined, receipt.record.upstream_status !== null)
    endAttempt(target, failure.reason, receipt)
    if (failure.row.blame === 'caller' && !canEstimate(failure.reason, name === call.surface.name)) throw failure
    return undefined
  }
}

/**
 * Counting has a path and limits of its own (https://platform.claude.com/docs/en/build-with-claude/token-counting), and may fail where the
 * model answers, or answer where that fails: it says something of the account and of the provider, and nothing of the target.
 */
function tellsOfMore({ row: { health } }: Failure): boolean {
  return health?.at === 'account' || health?.at === 'provider'
}

/**
 * What a provider cannot count is estimated: Bedrock refuses all but the bare ids of some models, with the status of a bad request
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html). What the client wrote in the provider's own words is its to mend.
 */
function canEstimate(reason: Reason, isOwnWire: boolean): boolean {
  return reason === 'model_not_found' || (!isOwnWire && (reason === 'upstream_refused_request' || reason === 'unsupported_parameter'))
}
