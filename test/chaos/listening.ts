/** Asks a simulated provider on a raw socket, in the grammar of each wire, and notes every byte and how it ended. */

import { connect } from 'node:net'
import type { JsonObject } from '../../src/base/json.ts'
import type { WireName } from '../../src/canonical/chat.ts'

export interface Heard {
  readonly text: string
  readonly bytes: Buffer
  /** How the connection stood when it was over, or when nobody listened any longer. */
  readonly ending: 'closed' | 'reset' | 'open'
  /** Milliseconds until the first byte, and until the end. */
  readonly first: number
  readonly took: number
}

const said = [{ role: 'user', content: 'hi' }]
type Asking = (model: string, streams: boolean) => readonly [path: string, body: JsonObject]

/** Where each wire is asked, and with what. */
export const questions = {
  'openai-chat': (model, stream) => ['/v1/chat/completions', { model, stream, messages: said, ...(stream && { stream_options: { include_usage: true } }) }],
  'openai-responses': (model, stream) => ['/v1/responses', { model, stream, input: 'hi' }],
  'anthropic-messages': (model, stream) => ['/v1/messages', { model, stream, max_tokens: 9, messages: said }],
  'gemini-generate': (model, streams) => [
    `/v1beta/models/${model}:${streams ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
  ],
  'bedrock-converse': (model, streams) => [
    `/model/${model}/${streams ? 'converse-stream' : 'converse'}`,
    { messages: [{ role: 'user', content: [{ text: 'hi' }] }] },
  ],
  'cohere-chat': (model, stream) => ['/v2/chat', { model, stream, messages: said }],
} satisfies { readonly [wire in WireName]?: Asking }

export type Spoken = keyof typeof questions

export const questionOf = (wire: Spoken, model: string, streams: boolean): string => requestOf(...(questions[wire] as Asking)(model, streams))

export function requestOf(path: string, body: JsonObject | string): string {
  const bytes = typeof body === 'string' ? body : JSON.stringify(body)
  return `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(bytes)}\r\n\r\n${bytes}`
}

/** Pieces that are listened to, of what has no end. */
const mostPieces = 64

/** Milliseconds without a word after which nobody listens any longer: much more than any scenario here is silent, but for those that are given their time. */
const quiet = 300

/** Says this on a connection of its own, and listens until it is over, or silent for `ms` milliseconds. */
export function hear(port: number, request: string, ms = quiet): Promise<Heard> {
  const began = performance.now()
  const pieces: Buffer[] = []
  let first = Infinity
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    const end = (ending: Heard['ending']): void => {
      clearTimeout(timer)
      socket.destroy()
      const bytes = Buffer.concat(pieces)
      resolve({ text: bytes.toString('utf8'), bytes, ending, first, took: performance.now() - began })
    }
    const timer = setTimeout(() => end('open'), ms)
    socket
      .on('data', (piece: Buffer) => {
        timer.refresh()
        first = Math.min(first, performance.now() - began)
        if (pieces.push(piece) >= mostPieces) end('open')
      })
      .on('error', () => end('reset'))
      .on('end', () => end('closed'))
  })
}

export const headOf = ({ text }: Heard): string => text.slice(0, text.indexOf('\r\n\r\n'))

/** What stands behind the headers, its chunks put together as far as they came. */
export function bodyOf(heard: Heard): Buffer {
  let rest: Buffer = heard.bytes.subarray(heard.bytes.indexOf('\r\n\r\n') + 4)
  if (!/transfer-encoding: chunked/.test(headOf(heard))) return rest
  const pieces: Buffer[] = []
  for (let line = rest.indexOf('\r\n'); line !== -1; line = rest.indexOf('\r\n')) {
    const length = Number.parseInt(rest.toString('latin1', 0, line), 16)
    if (!(length > 0)) break
    pieces.push(rest.subarray(line + 2, line + 2 + length))
    rest = rest.subarray(line + 2 + length + 2)
  }
  return Buffer.concat(pieces)
}
