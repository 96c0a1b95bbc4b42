/** Every wire that the gateway speaks. */

import type { WireName } from '../canonical/chat.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import { cohereChat } from './cohere-chat/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'
import type { Wire } from './wire.ts'

export const wires: { readonly [name in WireName]?: Wire } = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  'cohere-chat': cohereChat,
  'bedrock-converse': bedrockConverse,
}

/** The wire of that name. One that is not built yet is a fault of ours: no provider or surface may name it. */
export function wireOf(name: WireName): Wire {
  const wire = wires[name]
  if (wire === undefined) throw new Error(`The wire ${name} is not in the list.`)
  return wire
}
