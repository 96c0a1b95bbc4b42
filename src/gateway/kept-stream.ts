/** Passes on the stream of an answer that a provider keeps, and reads it meanwhile: one that breaks off must not end as if it were whole. */

import { FramingFault, type Message } from '../base/framing.ts'
import { sse } from '../base/sse.ts'
import { Failure } from '../canonical/failure.ts'
import type { Exchange } from '../upstream/exchange.ts'
import type { UpstreamWire } from '../wires/wire.ts'
import type { Client } from './client.ts'

interface Passing {
  readonly wire: UpstreamWire
  readonly client: Client
  /** Bytes of one message: the last holds all of the answer. */
  readonly most: number
  /** Tells the client its status: something was said. */
  begin(): void
}

/** Throws `Failure` where the provider tells an error, or ends before the answer does; `begin` was not called where nothing was said before. */
export async function passStream(exchange: Exchange, { wire, client, most, begin }: Passing): Promise<void> {
  const reader = wire.eventReader()
  const cutter = sse.cutter(most)
  let isFinished = false
  try {
    while (!isFinished) {
      const chunk = exchange.take() ?? (await exchange.next())
      for (const message of chunk === undefined ? cutter.end() : cutter.push(chunk)) {
        isFinished = hasFinish(reader, message) || isFinished
        if (!client.hasBegun) begin()
        if (!client.write(message.bytes)) await client.drained()
      }
      if (chunk === undefined) break
    }
  } catch (error) {
    if (error instanceof FramingFault) throw new Failure('upstream_invalid_response', `The provider’s stream has ${error.message}.`, { cause: error })
    throw error
  } finally {
    exchange.abort()
  }
  if (!isFinished) throw new Failure('upstream_truncated', 'The provider ended its stream before the answer was finished.')
  client.end()
}

function hasFinish(reader: ReturnType<UpstreamWire['eventReader']>, message: Message): boolean {
  return reader.read(message).some(({ type }) => type === 'finish')
}
