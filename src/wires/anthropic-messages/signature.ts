/** Thoughts in a client's request that no provider of this wire can have signed. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { isOwnSignature, readSignature } from '../signed-thinking.ts'

/**
 * Whether a client's body holds what a provider of this wire would refuse, because the gateway made it from another wire's answer:
 * a thought without a signature, or with a tagged one. Then its bytes cannot go as they are.
 */
export function holdsForeignThought({ messages }: JsonObject): boolean {
  return Array.isArray(messages) && messages.some((message) => isObject(message) && Array.isArray(message.content) && message.content.some(isForeignThought))
}

function isForeignThought(block: Json): boolean {
  return isObject(block) && block.type === 'thinking' && !isOwnSignature(readSignature(block.signature))
}
