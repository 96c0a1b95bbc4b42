/** What a scripted provider answers, as a value: a list of steps on the bytes of one connection, and the few functions that make and bend such lists. */

import { gzipSync } from 'node:zlib'

/** One thing done to the client's connection. Times are milliseconds; a wait of 0 is one turn of the event loop, so that the bytes around it leave in two packets. */
export type Step =
  | { readonly do: 'send'; readonly bytes: Buffer }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'repeat'; readonly bytes: Buffer; readonly times: number; readonly every: number }
  | { readonly do: 'finish' }
  | { readonly do: 'reset' }
  | { readonly do: 'hang' }

/** Answers are put together by spreading: `[...informational(103), ...reply(200, body), wait(50), finish()]`. After the last step the connection waits for its next request. */
export type Answer = readonly Step[]

/** A name given twice is a list; undefined leaves out a header that would be sent by itself. */
export type Headers = { readonly [name: string]: string | number | readonly string[] | undefined }

const crlf = '\r\n'
const gigabyte = 2 ** 30

/** These bytes and nothing around them: for whatever a proper server would not say. */
export const raw = (bytes: string | Buffer): Step => ({ do: 'send', bytes: Buffer.from(bytes) })
export const wait = (ms: number): Step => ({ do: 'wait', ms })
/** Closes our side in good order (FIN). */
export const finish = (): Step => ({ do: 'finish' })
/** Breaks the connection (RST). */
export const reset = (): Step => ({ do: 'reset' })
/** Says nothing more until the client leaves. */
export const hang = (): Step => ({ do: 'hang' })
/** The same bytes again and again, as fast as the client reads where `every` is 0. */
export const repeat = (bytes: string | Buffer, times = Infinity, every = 0): Step => ({ do: 'repeat', bytes: Buffer.from(bytes), times, every })

/** A status line and headers, with the blank line. */
export function head(status: number, headers: Headers = {}): Step {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${one}${crlf}`))
  return raw(`HTTP/1.1 ${status} Scripted${crlf}${lines.join('')}${crlf}`)
}

/** A status of the 100 family; another answer follows it. */
export const informational = (status: number, headers: Headers = {}): Answer => [head(status, headers)]

/** A whole answer; anything but text and bytes is written as JSON. A `content-length` given here is sent as it is, also a wrong one. */
export function reply(status: number, body: unknown, headers: Headers = {}): Answer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return [head(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers }), { do: 'send', bytes }]
}

/** One piece of a chunked body. */
export function chunk(bytes: string | Buffer): Buffer {
  const piece = Buffer.from(bytes)
  return Buffer.concat([Buffer.from(piece.length.toString(16) + crlf), piece, Buffer.from(crlf)])
}

export const lastChunk = chunk('')

export interface Pace {
  readonly status?: number
  readonly headers?: Headers
  /** Milliseconds before each frame but the first. */
  readonly every?: number
}

const eventStream: Headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', 'transfer-encoding': 'chunked' }

/** The head of an event stream, with nothing after it. */
export const openStream = (headers: Headers = {}, status = 200): Step => head(status, { ...eventStream, ...headers })

/** An event stream: every frame is one packet and one chunk, and the last chunk ends it. */
export function stream(frames: readonly (string | Buffer)[], { status, headers, every = 0 }: Pace = {}): Answer {
  const steps = frames.flatMap((frame, at): Step[] => (at === 0 ? [raw(chunk(frame))] : [wait(every), raw(chunk(frame))]))
  return [openStream(headers, status), ...steps, raw(lastChunk)]
}

/** Four megabytes of zeros, packed when they are first asked for: that takes a while. */
let zeros: Buffer | undefined

/** A 200 whose gzip body holds that many gigabytes of zeros; about a megabyte travels for each of them. */
export function bomb(gigabytes: number): Answer {
  zeros ??= gzipSync(Buffer.alloc(gigabyte / 256), { level: 9 })
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' }
  return [head(200, headers), repeat(chunk(zeros), gigabytes * 256), raw(lastChunk)]
}

/** The answer up to its first `bytes` bytes: follow it by `finish()`, `reset()` or `hang()`. */
export function first(bytes: number, answer: Answer): Answer {
  const kept: Step[] = []
  let left = bytes
  for (const step of answer) {
    if (left === 0) break
    const taken = 'bytes' in step ? { ...step, bytes: step.bytes.subarray(0, left) } : step
    kept.push(taken)
    if ('bytes' in taken) left -= taken.bytes.length
  }
  return kept
}
