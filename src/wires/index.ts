/** Every wire that the gateway speaks. */

import type { WireName } from '../canonical/chat.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import { bedrockConverse } from './bedrock-converse/index.ts'
import { cohereChat } from './cohere-chat/index.ts'
import { geminiGenerate } from './gemini-generate/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiCompletions } from './openai-completions/index.ts'
import { openaiResponses } from './openai-responses/index.ts'
import type { Wire } from './wire.ts'

/** Those that hold a whole conversation: the laws are theirs. */
export const wires: { readonly [name in WireName]?: Wire } = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  'cohere-chat': cohereChat,
  'bedrock-converse': bedrockConverse,
  'gemini-generate': geminiGenerate,
}

/** The wire of that name, also the one that holds a single text. One that is not built yet is a fault of ours: no provider or surface may name it. */
export function wireOf(name: WireName): Wire {
  const wire = name === openaiCompletions.name ? openaiCompletions : wires[name]
  if (wire === undefined) throw new Error(`The wire ${name} is not in the list.`)
  return wire
}
