/** Requests in the canonical form, as a wire would have read them, and what another wire makes of them. */

import type { JsonObject } from '../src/base/json.ts'
import type { Block, ChatRequest, Turn } from '../src/canonical/chat.ts'
import type { Word } from '../src/wires/losses.ts'
import type { ModelTraits } from '../src/wires/traits.ts'
import type { UpstreamWire } from '../src/wires/wire.ts'

export const text = (said: string): Block => ({ type: 'text', text: said })
export const call = (id: string, input = '{}'): Block => ({ type: 'tool-call', id, name: 'look', input })
export const result = (callId: string, said: string): Block => ({ type: 'tool-result', callId, blocks: said === '' ? [] : [text(said)] })

export const system = (said: string): Turn => ({ role: 'system', blocks: [text(said)] })
export const user = (...blocks: Block[]): Turn => ({ role: 'user', blocks })
export const assistant = (...blocks: Block[]): Turn => ({ role: 'assistant', blocks })

/** `rest` is that of a wire which keeps a field of its own, in which nothing is asked. */
export function asking(turns: readonly Turn[], fields: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'm', turns, tools: [], stream: false, rest: { wire: 'openai-chat', fields: { own_field: null } }, ...fields }
}

/** What the wire writes, and the words it says it lost, in order. */
export function writeWith(
  write: UpstreamWire['writeRequest'],
  request: ChatRequest,
  traits: Partial<ModelTraits> = {},
): { readonly body: JsonObject; readonly lost: readonly Word[] } {
  const lost: Word[] = []
  const body = write(request, { model: 'm', ...traits }, (word) => lost.push(word))
  return { body, lost }
}
