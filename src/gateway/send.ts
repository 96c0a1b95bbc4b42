/** One attempt: prepares the call for a target, posts it, and reads until the target has said something. */

import { sse } from '../base/sse.ts'
import { Failure, reasonOfRefusal, toFailure, upstreamSentence } from '../canonical/failure.ts'
import type { Provider } from '../providers/provider.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Target } from '../routing/target.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { requestIdOf } from '../upstream/request-id.ts'
import { withResets } from '../upstream/resets.ts'
import type { ProviderError, UpstreamWire } from '../wires/wire.ts'
import { begin } from './begin.ts'
import { collect, parseAnswer, readWhole, StreamAnswer, type Answer } from './answer.ts'
import type { Ask } from './attempt.ts'
import type { Call } from './call.ts'
import type { Gateway } from './gateway.ts'
import { whenUnwanted } from './leaving.ts'
import { bringBytes, missingBytes } from './media.ts'
import { prepare, type Outgoing } from './outgoing.ts'
import { roadTo } from './road.ts'

/** What an attempt is made with. */
export interface Terms {
  readonly isStrict: boolean
  readonly gateway: Gateway
  readonly receipt: Receipt
}

/** Until it resolves, nothing of the answer has reached the client. */
export function sending(call: Call, gateway: Gateway, receipt: Receipt): Ask<Answer> {
  return (target, isStrict) => send(call, target, { isStrict, gateway, receipt })
}

async function send(call: Call, target: Target, { isStrict, gateway, receipt }: Terms): Promise<Answer> {
  const missing = missingBytes(call, roadTo(target, call).wire)
  if (missing.length > 0) await bringBytes(call, missing, gateway)
  const outgoing = prepare(call, target, isStrict, receipt)
  const transport = target.connection.origin === '' ? gateway.local : gateway.network
  await begin(gateway, receipt, { call, target })
  const exchange = await transport.post(outgoing.request, call.streams, (cancel) => whenUnwanted(call, cancel), receipt)
  whenUnwanted(call, () => exchange.abort())
  receipt.answered(exchange.status, requestIdOf(exchange.headers))
  if (exchange.status !== 200) throw await readModelRefusal(exchange, outgoing.wire, target.connection.provider)
  const { limits } = call.snapshot
  try {
    if (kindOf(exchange, call.streams, outgoing.wire) === 'stream') return await readStream(exchange, outgoing, call, { target, receipt })
    return readWhole(exchange.takeWhole?.(limits.answer) ?? (await collect(exchange, limits.answer)), outgoing, receipt)
  } catch (error) {
    // Some say no with status 200: when to come back may stand in the headers all the same.
    throw withResets(toFailure(error), exchange.headers, target.connection.provider)
  }
}

interface Reading {
  readonly target: Target
  readonly receipt: Receipt
}

/** Of a stream that is gathered into a whole answer every frame must be read. */
async function readStream(exchange: Exchange, outgoing: Outgoing, { streams, snapshot }: Call, { target, receipt }: Reading): Promise<StreamAnswer> {
  const answer = new StreamAnswer(exchange, streams ? outgoing : { ...outgoing, passesOn: false }, snapshot.limits, receipt)
  exchange.awaitWord(target.connection.deadlines.firstWord)
  try {
    await answer.untilSpoken()
    exchange.awaitWord(Infinity)
    return answer
  } catch (error) {
    exchange.abort()
    throw error
  }
}

function kindOf(exchange: Exchange, asksStream: boolean, { framing = sse }: UpstreamWire): 'whole' | 'stream' {
  const told = exchange.headers['content-type'] ?? (asksStream ? framing.type : 'application/json')
  if (told === 'application/json') return 'whole'
  const type = told.toLowerCase()
  if (type.startsWith(framing.type)) return 'stream'
  if (/^application\/([\w.-]+\+)?json\b/.test(type)) return 'whole'
  exchange.abort()
  throw new Failure('upstream_invalid_response', 'The provider answered with something that is neither JSON nor a stream of events.')
}

/** Bytes of an error that are read. */
const errorLimit = 64 * 1024

/** Of whom a refusal is read: what its data say of codes and headers. */
type Refuser = Pick<Provider, 'codes' | 'limits'>

/** An error in the provider's own envelope, if it is one; the status says the rest. */
export async function readRefusal(exchange: Exchange, wire: Pick<UpstreamWire, 'readError'>, provider: Refuser): Promise<Failure> {
  return failureOf(exchange, await readTold(exchange, wire), provider)
}

/** The same of a call that named a model. Who says 404 and nothing of a model serves nothing there: the slip is in the address, and not the caller's. */
export async function readModelRefusal(exchange: Exchange, wire: Pick<UpstreamWire, 'readError'>, provider: Refuser): Promise<Failure> {
  const told = await readTold(exchange, wire)
  const failure = failureOf(exchange, told, provider)
  if (failure.reason !== 'model_not_found' || told?.reason === failure.reason || /model|deployment|engine/i.test(told?.message ?? '')) return failure
  const sentence = 'The provider serves nothing on this path: its base URL may lack a part, as `/v1`.'
  return new Failure('upstream_invalid_response', sentence, { ...(failure.upstream && { upstream: failure.upstream }) })
}

function failureOf({ status, headers }: Exchange, { reason: told, param, ...said }: Partial<ProviderError> = {}, provider: Refuser): Failure {
  const reason = reasonOfRefusal(status, told)
  const failure = new Failure(reason, upstreamSentence(reason), { ...(param !== undefined && { param }), upstream: { status, ...said } })
  return withResets(failure, headers, provider)
}

async function readTold(exchange: Exchange, wire: Pick<UpstreamWire, 'readError'>): Promise<ProviderError | undefined> {
  try {
    return wire.readError(parseAnswer(await collect(exchange, errorLimit)))
  } catch {
    return undefined
  }
}
