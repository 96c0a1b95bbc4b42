/** What providers of every wire say in the bench, and how clients of every surface ask, made of the gateway's own wires: so that all say the same. */

import type { JsonObject } from '../src/base/json.ts'
import type { ChatEvent, ChatRequest, WireName } from '../src/canonical/chat.ts'
import { fold } from '../src/canonical/fold.ts'
import { surfaces } from '../src/surfaces/index.ts'
import { wireOf } from '../src/wires/index.ts'
import { tokens } from './exchange.ts'

export const wireNames = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'bedrock-converse',
  'cohere-chat',
] as const satisfies readonly WireName[]
export const surfaceNames = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate'] as const satisfies readonly WireName[]

const asked: ChatRequest = {
  model: 'm',
  turns: [{ role: 'user', blocks: [{ type: 'text', text: 'What is the capital of France, and since when?' }] }],
  tools: [],
  maxTokens: 200,
  stream: true,
  rest: { wire: 'openai-chat', fields: {} },
}
const options = { now: 1_700_000_000, asked }

function eventsOf(words: readonly string[]): ChatEvent[] {
  return [
    { type: 'start', id: 'answer-1', model: 'm' },
    { type: 'open', choice: 0, index: 0, block: { type: 'text', text: '' } },
    ...words.map((text): ChatEvent => ({ type: 'delta', index: 0, text })),
    { type: 'close', index: 0 },
    { type: 'usage', usage: { input: 20, output: words.length } },
    { type: 'finish', choice: 0, reason: 'stop' },
  ]
}

/** The frames of one stream, each as it leaves the provider; what says nothing of its own goes with the frame before. */
export function framesOf(name: WireName, words: readonly string[] = tokens): readonly Buffer[] {
  const wire = wireOf(name)
  const writer = wire.eventWriter(options)
  const frames = eventsOf(words).map((event) => writer.write(event))
  return [...frames, writer.end()].filter((frame) => frame !== '').map((frame) => Buffer.from(frame, wire.encoding ?? 'utf8'))
}

export const mediaTypeOf = (name: WireName): string => wireOf(name).framing?.type ?? 'text/event-stream'

export const wholeOf = (name: WireName): JsonObject => wireOf(name).writeResponse(fold(eventsOf(tokens)), options)

/** Where a client of that surface asks that model for a stream, and what it sends. */
export function questionOf(name: (typeof surfaceNames)[number], model: string): { readonly path: string; readonly body: string } {
  const surface = surfaces.find((one) => one.name === name && one.operation === 'chat' && one.asks !== 'whole')!
  const body = wireOf(name).writeRequest({ ...asked, model, rest: { wire: name, fields: {} } }, { model }, () => {})
  const query = surface.asks === undefined ? '' : '?alt=sse'
  return { path: surface.paths[0]!.replace('*', model) + query, body: JSON.stringify(surface.asks === undefined ? { ...body, model, stream: true } : body) }
}
