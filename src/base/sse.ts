/** Server-sent events: cuts a byte stream into messages, and keeps the bytes of each. https://html.spec.whatwg.org/multipage/server-sent-events.html */

import { FramingFault, type Cutter, type Framing, type Message } from './framing.ts'

const LF = 10
const CR = 13
const blankLine = Buffer.from('\n\n')
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** One message with its bytes, the blank line that ends it among them. Its fields are read when first asked for. */
export class SseMessage implements Message {
  readonly bytes: Buffer
  #event = ''
  #data: string | undefined

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** All `data` lines, joined by line feeds; empty for a comment. */
  get data(): string {
    if (this.#data === undefined) this.#parse()
    return this.#data!
  }

  get event(): string {
    if (this.#data === undefined) this.#parse()
    return this.#event
  }

  #parse(): void {
    let data: string | undefined
    for (const line of this.bytes.toString('utf8').split(/\r\n|\n|\r/)) {
      const colon = line.indexOf(':')
      if (colon === 0) continue
      const name = colon === -1 ? line : line.slice(0, colon)
      const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1)
      if (name === 'data') data = data === undefined ? value : `${data}\n${value}`
      else if (name === 'event') this.#event = value
    }
    this.#data = data ?? ''
  }
}

/**
 * Cuts one stream. Linear in the bytes it is given, however they are split: what is unfinished is kept in one buffer
 * that grows by doubling, and is never scanned twice.
 */
export class SseCutter implements Cutter {
  readonly #limit: number
  #kept: Buffer = Buffer.allocUnsafe(0)
  #length = 0
  #scanned = 0
  #hasBegun = false

  /** `limit` is the most bytes that one message may have. */
  constructor(limit: number) {
    this.#limit = limit
  }

  push(chunk: Buffer): SseMessage[] {
    if (this.#length === 0) return this.#cut(chunk, 0, false)
    this.#keep(chunk)
    return this.#cut(this.#kept.subarray(0, this.#length), this.#scanned, true)
  }

  /** What is left when the bytes end: servers may leave out the last blank line, which is added, since more may be said behind it. */
  end(): SseMessage[] {
    const rest = this.#kept.subarray(0, this.#length)
    this.#length = 0
    return rest.some((byte) => byte !== LF && byte !== CR) ? [this.#message(Buffer.concat([rest, blankLine]))] : []
  }

  /** Cuts `bytes`, in which no message ends before `from`. Where they are `ours`, the buffer is written again: messages are copies then. */
  #cut(bytes: Buffer, from: number, ours: boolean): SseMessage[] {
    const messages: SseMessage[] = []
    let start = 0
    let carriage = bytes.indexOf(CR, from)
    for (let stop = messageEnd(bytes, from, carriage); stop !== -1; stop = messageEnd(bytes, start, carriage)) {
      this.#bound(stop - start)
      const piece = bytes.subarray(start, stop)
      messages.push(this.#message(ours ? Buffer.from(piece) : piece))
      start = stop
      if (carriage !== -1 && carriage < start) carriage = bytes.indexOf(CR, start)
    }
    const left = bytes.length - start
    this.#bound(left)
    // A line end at the very end may be the first half of a blank line.
    this.#scanned = Math.max(0, left - 3)
    if (ours) {
      this.#kept.copyWithin(0, start, bytes.length)
      this.#length = left
    } else {
      this.#length = 0
      if (left > 0) this.#keep(bytes.subarray(start))
    }
    return messages
  }

  #bound(length: number): void {
    if (length > this.#limit) throw new FramingFault(`a message of more than ${this.#limit} bytes`)
  }

  /** A byte order mark means nothing at the very beginning, and may have come in pieces. */
  #message(bytes: Buffer): SseMessage {
    const isMarked = !this.#hasBegun && bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark)
    this.#hasBegun = true
    return new SseMessage(isMarked ? bytes.subarray(byteOrderMark.length) : bytes)
  }

  #keep(piece: Buffer): void {
    const length = this.#length + piece.length
    if (length > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#kept.length * 2, 1024))
      this.#kept.copy(grown, 0, 0, this.#length)
      this.#kept = grown
    }
    piece.copy(this.#kept, this.#length)
    this.#length = length
  }
}

/** The offset behind the first blank line at or after `from`, or -1. `carriage` is where the first carriage return from there stands, if there is one. */
function messageEnd(bytes: Buffer, from: number, carriage: number): number {
  const plain = (carriage === -1 ? bytes : bytes.subarray(0, carriage)).indexOf(blankLine, from)
  if (plain !== -1) return plain + blankLine.length
  return carriage === -1 ? -1 : mixedEnd(bytes, from)
}

/** The same where lines may end with a carriage return, alone or before a line feed. */
function mixedEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte !== LF && byte !== CR) continue
    const next = lineEnd(bytes, at)
    // A carriage return at the end of the bytes may yet get its line feed: take the message now, the feed opens the next one and means nothing.
    if (bytes[next] === LF || bytes[next] === CR) return lineEnd(bytes, next)
    at = next - 1
  }
  return -1
}

function lineEnd(bytes: Buffer, at: number): number {
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : at + 1
}

export const sse: Framing = { type: 'text/event-stream', cutter: (limit) => new SseCutter(limit) }
