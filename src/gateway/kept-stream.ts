/** Passes on the stream of an answer that a provider keeps, and reads it meanwhile: one that breaks off must not end as if it were whole. */

import { monotonic } from '../base/clock.ts'
import { FramingFault, type Message } from '../base/framing.ts'
import { sse } from '../base/sse.ts'
import { Failure } from '../canonical/failure.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { Exchange } from '../upstream/exchange.ts'
import type { UpstreamWire } from '../wires/wire.ts'
import type { Client } from './client.ts'

interface Passing {
  readonly wire: UpstreamWire
  readonly client: Client
  readonly receipt: Receipt
  /** Bytes of one message: the last holds all of the answer. */
  readonly most: number
  /** Tells the client its status: something was said. */
  begin(): void
}

/** Throws `Failure` where the provider tells an error, or ends before the answer does; `begin` was not called where nothing was said before. */
export async function passStream(exchange: Exchange, { wire, client, receipt, most, begin }: Passing): Promise<void> {
  const reader = wire.eventReader()
  const cutter = sse.cutter(most)
  let isFinished = false
  let frames = 0
  try {
    while (!isFinished) {
      const chunk = exchange.take() ?? (await waitFor(exchange, client, receipt))
      for (const message of chunk === undefined ? cutter.end() : cutter.push(chunk)) {
        isFinished = hasFinish(reader, message) || isFinished
        if (!client.hasBegun) begin()
        receipt.record.frames = frames += 1
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

async function waitFor(exchange: Exchange, { hasBegun }: Client, receipt: Receipt): Promise<Buffer | undefined> {
  const from = monotonic()
  const chunk = await exchange.next()
  if (hasBegun) receipt.silent(monotonic() - from)
  return chunk
}

function hasFinish(reader: ReturnType<UpstreamWire['eventReader']>, message: Message): boolean {
  return reader.read(message).some(({ type }) => type === 'finish')
}
