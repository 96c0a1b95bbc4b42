/** Delivers one message to a receiver that the operator named, and says what came of it. */

import type { Deadlines } from '../base/deadlines.ts'
import { Failure, reasonOfRefusal, reasons, toFailure, type Reason } from '../canonical/failure.ts'
import type { Transport, UpstreamRequest } from './exchange.ts'
import { readShort } from './short-answer.ts'

export type Message = Pick<UpstreamRequest, 'method' | 'headers' | 'body' | 'signing'> & { readonly url: string }

const patience: Deadlines = {
  connect: 5000,
  firstByteStreamed: 20_000,
  firstByteWhole: 20_000,
  firstWord: 20_000,
  idle: 10_000,
  progress: 10_000,
  total: 30_000,
}

/** Resolves to the text of a 2xx, or what came of it. Throws `Failure` with a sentence about the receiver, of which nothing that it said is part. */
export async function deliver(transport: Transport, { url, headers, ...message }: Message, deadlines: Deadlines = patience): Promise<string> {
  const { origin, pathname, search } = new URL(url)
  const sent = { ...message, origin, path: `${pathname}${search}`, headers: { 'user-agent': 'omni-gateway', ...headers }, deadlines }
  try {
    const exchange = await transport.post(sent, false, () => {})
    const text = await readShort(exchange)
    if (exchange.status >= 200 && exchange.status < 300) return text
    throw new Failure(reasonOfRefusal(exchange.status), '', { upstream: { status: exchange.status } })
  } catch (error) {
    throw toUndelivered(error)
  }
}

/** The failure as it is told of a receiver that is no provider. */
export function toUndelivered(error: unknown): Failure {
  const cause = toFailure(error)
  return new Failure(cause.reason, sentenceOf(cause), { cause, ...(cause.upstream && { upstream: cause.upstream }) })
}

/** What is wrong is the message: another one may be taken. */
export function isOfMessage({ reason }: Failure): boolean {
  return reason === 'upstream_refused_request' || reason === 'request_too_large'
}

const sentences: { readonly [reason in Reason]?: string } = {
  upstream_unreachable: 'It could not be reached.',
  upstream_timeout: 'It did not answer in time.',
  upstream_truncated: 'It closed the connection in the middle of its answer.',
  upstream_auth_error: 'It refused the gateway’s credential.',
  rate_limit_exceeded: 'It wants fewer messages for now.',
  overloaded: 'It is overloaded.',
  model_not_found: 'Nothing is at that address.',
  request_too_large: 'It refused the message as too large.',
  upstream_refused_request: 'It refused the message.',
  upstream_invalid_response: 'Its answer is none that could be understood.',
  internal_error: 'It could not be written to.',
}

function sentenceOf({ reason, upstream }: Failure): string {
  const sentence = sentences[reason] ?? (reasons[reason].blame === 'gateway' ? 'The gateway had no room to send it.' : 'It failed.')
  return upstream?.status === undefined ? sentence : `${sentence} (Status ${upstream.status}.)`
}
