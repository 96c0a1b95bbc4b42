/**
 * AWS's event streams (`application/vnd.amazon.eventstream`): cuts bytes into messages, and makes messages of what is to be said.
 * A message is a prelude (its length, its headers' length, a checksum of both), headers, a payload, and a checksum of all before it.
 * https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream
 */

import { crc32 } from 'node:zlib'
import { FramingFault, type Cutter, type Framing, type Message } from './framing.ts'

/** Lengths of the prelude with its checksum, and of the checksum at the end. */
const prelude = 12
const checksum = 4
const leastLength = prelude + checksum

/** What `:exception-type` and `:error-code` are told under, so that no event can be called like them. */
export const exceptionPrefix = 'exception:'
export const errorPrefix = 'error:'

/** The bytes that a header's value has, by its type; those with a length of their own begin with two bytes that say it. */
const widths: readonly (number | 'told')[] = [0, 0, 1, 2, 4, 8, 'told', 'told', 8, 16]
const textType = 7

/** One message with its bytes, checked by whoever cut it. What it says is read when first asked for. */
class EventStreamMessage implements Message {
  readonly bytes: Buffer
  readonly event: string

  /** Throws `FramingFault` where the headers are none. */
  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.event = nameIn(readHeaders(bytes.subarray(prelude, prelude + bytes.readUInt32BE(4))))
  }

  get data(): string {
    return this.bytes.toString('utf8', prelude + this.bytes.readUInt32BE(4), this.bytes.length - checksum)
  }
}

function nameIn(headers: ReadonlyMap<string, string>): string {
  switch (headers.get(':message-type')) {
    case 'exception':
      return exceptionPrefix + (headers.get(':exception-type') ?? '')
    case 'error':
      return errorPrefix + (headers.get(':error-code') ?? '')
    default:
      return headers.get(':event-type') ?? ''
  }
}

/** Those that are text. No more of them than bytes of headers, which the length of a message bounds. */
function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at < bytes.length;) {
    const name = at + 1
    const type = name + bytes[at]!
    const width = widths[bytes[type] ?? -1]
    if (width === undefined) throw brokenHeaders()
    const isTold = width === 'told'
    if (isTold && type + 3 > bytes.length) throw brokenHeaders()
    const value = type + (isTold ? 3 : 1)
    const end = value + (isTold ? bytes.readUInt16BE(type + 1) : width)
    if (end > bytes.length) throw brokenHeaders()
    if (bytes[type] === textType) headers.set(bytes.toString('utf8', name, type), bytes.toString('utf8', value, end))
    at = end
  }
  return headers
}

const brokenHeaders = (): FramingFault => new FramingFault('a message with broken headers')

/**
 * Cuts one stream. Linear in its bytes, however they are split: what is unfinished is kept in one buffer, which is as long as
 * the message says once that is known to be within the limit.
 */
class EventStreamCutter implements Cutter {
  readonly #limit: number
  #kept: Buffer = Buffer.allocUnsafe(prelude)
  #length = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  push(chunk: Buffer): readonly Message[] {
    const messages: Message[] = []
    for (let at = 0; at < chunk.length;) {
      if (this.#length === 0 && chunk.length - at >= prelude) {
        const length = this.#lengthOf(chunk.subarray(at, at + prelude))
        if (chunk.length - at >= length) {
          messages.push(check(chunk.subarray(at, at + length)))
          at += length
          continue
        }
      }
      at += this.#keep(chunk.subarray(at))
      if (this.#length >= prelude && this.#length === this.#kept.length) {
        messages.push(check(this.#kept))
        this.#kept = Buffer.allocUnsafe(prelude)
        this.#length = 0
      }
    }
    return messages
  }

  /** A message that is cut short says nothing that can be trusted: whoever reads on finds that the end is missing. */
  end(): readonly Message[] {
    return []
  }

  /** Takes as much as the message wants, and says how much that was. */
  #keep(piece: Buffer): number {
    const taken = piece.copy(this.#kept, this.#length, 0, this.#kept.length - this.#length)
    this.#length += taken
    if (this.#length === prelude && this.#kept.length === prelude) {
      const whole = Buffer.allocUnsafe(this.#lengthOf(this.#kept))
      this.#kept.copy(whole)
      this.#kept = whole
    }
    return taken
  }

  #lengthOf(start: Buffer): number {
    if (crc32(start.subarray(0, 8)) !== start.readUInt32BE(8)) throw new FramingFault('a message whose length is not what its checksum says')
    const length = start.readUInt32BE(0)
    if (length < leastLength || start.readUInt32BE(4) > length - leastLength) throw new FramingFault('a message of an impossible length')
    if (length > this.#limit) throw new FramingFault(`a message of more than ${this.#limit} bytes`)
    return length
  }
}

function check(bytes: Buffer): Message {
  const end = bytes.length - checksum
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) throw new FramingFault('a message that is not what its checksum says')
  return new EventStreamMessage(bytes)
}

/** One message; every header is a text. */
export function encodeMessage(headers: { readonly [name: string]: string }, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).flatMap(([name, value]) => [sized(name, 1), Buffer.of(textType), sized(value, 2)]))
  const body = Buffer.from(payload)
  const bytes = Buffer.concat([Buffer.alloc(prelude), head, body, Buffer.alloc(checksum)])
  bytes.writeUInt32BE(bytes.length, 0)
  bytes.writeUInt32BE(head.length, 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -checksum)), bytes.length - checksum)
  return bytes
}

/** A text behind its length. */
function sized(text: string, width: number): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(width)
  length.writeUIntBE(bytes.length, 0, width)
  return Buffer.concat([length, bytes])
}

export const eventStream: Framing = { type: 'application/vnd.amazon.eventstream', cutter: (limit) => new EventStreamCutter(limit) }
