/** Signatures as this wire carries them: its own as they are, those of other wires under a tag, so that its clients bring them back. */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ReasoningBlock, Signature } from '../../canonical/chat.ts'

/** What this wire's own signatures are. They are base64, which has no colon, so a tag cannot be mistaken for one. */
const scheme = 'signed-thinking'
const foreign = ['thought-signature', 'encrypted-reasoning'] as const satisfies readonly Signature['scheme'][]

export function readSignature(value: Json | undefined): Signature | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const tag = foreign.find((name) => value.startsWith(`${name}:`))
  return tag ? { scheme: tag, value: value.slice(tag.length + 1) } : { scheme, value }
}

/** For a client: whatever the signature is, it comes back with the next request. */
export function writeSignature(signature: Signature | undefined): string {
  if (signature === undefined) return ''
  return signature.scheme === scheme ? signature.value : `${signature.scheme}:${signature.value}`
}

/** For a provider: it refuses every signature but its own vendor's. */
export function isOwnSignature(signature: Signature | undefined): signature is Signature {
  return signature?.scheme === scheme
}

/**
 * On this wire only thoughts are signed. The signature of a text or a call follows it on an empty thought,
 * since clients keep thoughts as they came and where they came.
 */
export function signatureCarrier(signature: Signature): ReasoningBlock {
  return { type: 'reasoning', text: '', signature }
}

/** Gives signatures that were carried behind texts and calls back to them. */
export function takeCarried(blocks: readonly Block[]): Block[] {
  const taken: Block[] = []
  for (const block of blocks) {
    const last = taken.at(-1)
    if (isCarrier(block) && (last?.type === 'text' || last?.type === 'tool-call')) taken[taken.length - 1] = { ...last, signature: block.signature! }
    else taken.push(block)
  }
  return taken
}

function isCarrier(block: Block): block is ReasoningBlock {
  return block.type === 'reasoning' && block.text === '' && block.signature?.scheme === 'thought-signature'
}

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
