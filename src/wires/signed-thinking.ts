/** Signatures on wires whose signed thoughts are Claude's: their own as they are, those of other wires under a tag, so that clients bring them back. */

import type { Json } from '../base/json.ts'
import type { Block, ReasoningBlock, Signature } from '../canonical/chat.ts'

/** What these wires' own signatures are. They are base64, which has no colon, so a tag cannot be mistaken for one. */
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
 * On these wires only thoughts are signed. The signature of a text or a call follows it on an empty thought,
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
