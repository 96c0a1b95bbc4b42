/** Asks the gateway under test as a client does, on one of the APIs that gateways serve, and notes what came of it. */

import { request as requestPlainly, type IncomingMessage } from 'node:http'
import { request as requestSafely } from 'node:https'
import { monotonic } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import type { ChatRequest, WireName } from '../canonical/chat.ts'
import { surfaces } from '../surfaces/index.ts'
import { wires } from '../wires/index.ts'
import type { Wire } from '../wires/wire.ts'
import { readStream, readWhole, type Reading } from './reading.ts'

/** The API of a client, by the word that people use. */
export const clientApis = {
  chat: 'openai-chat',
  responses: 'openai-responses',
  messages: 'anthropic-messages',
  gemini: 'gemini-generate',
} as const satisfies { readonly [name: string]: WireName }
export type ClientApi = keyof typeof clientApis

export interface Asking {
  /** Of the gateway, without a slash at the end. */
  readonly gateway: string
  readonly key: string
  readonly api: ClientApi
  readonly model: string
  readonly streams: boolean
  readonly fallback?: string
  /** Milliseconds until the call is given up. */
  readonly bound: number
}

export interface Observed extends Reading {
  /** Undefined where nothing was answered. */
  readonly status: number | undefined
  /** Headers and body as they came. */
  readonly seen: string
  /** The connection broke before the answer was whole. */
  readonly isCut: boolean
  /** It did not end in time. */
  readonly isLate: boolean
  /** Milliseconds. */
  readonly took: number
}

/** The most of an answer that is looked at; what comes behind it ends the call. */
const mostBytes = 32 * 2 ** 20

/** Never rejects: whatever happens is what was observed. */
export async function askGateway(asking: Asking): Promise<Observed> {
  const began = monotonic()
  const late = AbortSignal.timeout(asking.bound)
  const { answer, bytes, isCut } = await exchange(asking, late)
  const wire = wires[clientApis[asking.api]]!
  const status = answer?.statusCode
  const seen = `${answer?.rawHeaders.join('\n') ?? ''}\n\n${bytes.toString('utf8')}`
  const isStream = (answer?.headers['content-type'] ?? '').startsWith('text/event-stream')
  const reading = isStream ? readStream(wire, bytes) : readWhole(wire, status ?? 0, bytes)
  return { ...reading, status, seen, isCut, isLate: late.aborted, took: monotonic() - began }
}

interface Exchanged {
  readonly answer: IncomingMessage | undefined
  readonly bytes: Buffer
  readonly isCut: boolean
}

function exchange(asking: Asking, signal: AbortSignal): Promise<Exchanged> {
  const body = JSON.stringify(bodyOf(asking))
  const url = new URL(`${asking.gateway}${pathOf(asking)}`)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), authorization: `Bearer ${asking.key}` }
  const pieces: Buffer[] = []
  let length = 0
  return new Promise((resolve) => {
    const end = (answer?: IncomingMessage): void => resolve({ answer, bytes: Buffer.concat(pieces), isCut: answer === undefined || !answer.complete })
    const asked = (url.protocol === 'https:' ? requestSafely : requestPlainly)(url, { method: 'POST', headers, agent: false, signal }, (answer) => {
      answer
        .on('data', (piece: Buffer) => {
          pieces.push(piece)
          length += piece.length
          if (length > mostBytes) answer.destroy()
        })
        .on('error', () => {})
        .on('close', () => end(answer))
    })
    asked.on('error', () => end()).end(body)
  })
}

export function pathOf({ api, model, streams }: Pick<Asking, 'api' | 'model' | 'streams'>): string {
  const way = streams ? 'stream' : 'whole'
  const served = surfaces.find(({ name, operation, asks = way }) => name === clientApis[api] && operation === 'chat' && asks === way)
  const [path = ''] = served?.paths ?? []
  return path.includes('*') ? `${path.replace('*', model)}${streams ? '?alt=sse' : ''}` : path
}

export function bodyOf({ api, model, streams, fallback }: Pick<Asking, 'api' | 'model' | 'streams' | 'fallback'>): JsonObject {
  const wire: Wire = wires[clientApis[api]]!
  const request: ChatRequest = {
    model,
    turns: [{ role: 'user', blocks: [{ type: 'text', text: 'Count to eight.' }] }],
    tools: [],
    maxTokens: 64,
    stream: streams,
    rest: { wire: wire.name, fields: {} },
  }
  return { ...wire.writeRequest(request, { model }, () => {}), ...(fallback !== undefined && { extra: { fallbacks: [fallback] } }) }
}
