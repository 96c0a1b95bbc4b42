/** What is asked and answered in the bench: one small exchange, one large question, one stream. */

import type { JsonObject } from '../src/base/json.ts'

/** Milliseconds between two frames of a stream. */
export const frameEvery = 4

/** The words of a stream: 50 frames, told apart so that the first can be found. */
export const tokens: readonly string[] = Array.from({ length: 50 }, (_, at) => `word-${at} `)

export const answer = 'The capital of France is Paris. It has been so, with short breaks, since the tenth century.'

const system = 'You are a helpful assistant. Answer in one or two sentences, and say so when you do not know.'
const question = 'What is the capital of France, and since when?'

const line = 'a line of source code, "quoted" and indented\n'

/** A question on the Chat Completions wire. `bytes` is about how much it weighs, at least a few hundred. */
export function ask(model: string, options: { readonly isStreamed?: boolean; readonly bytes?: number } = {}): string {
  const turns: JsonObject[] = []
  // Turns of 4 kB, like the tool results of a coding session.
  for (let left = options.bytes ?? 0; left > 0; left -= 4096) {
    turns.push({ role: 'user', content: line.repeat(Math.min(85, Math.ceil(left / line.length))) }, { role: 'assistant', content: 'I have read it.' })
  }
  const streamed = options.isStreamed ? { stream: true, stream_options: { include_usage: true } } : {}
  return JSON.stringify({
    model,
    messages: [{ role: 'system', content: system }, ...turns, { role: 'user', content: question }],
    temperature: 0.2,
    max_tokens: 200,
    ...streamed,
  })
}
