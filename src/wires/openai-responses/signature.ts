/**
 * Proofs as this wire carries them: in `encrypted_content` of a reasoning item, its own as they are, those of other wires under a tag, so that its
 * clients bring them back. Here only thoughts carry proofs: that of a call or of a text follows in a reasoning item of its own directly behind it,
 * since it is known when the item has ended; it says whose it is, for clients put items in order in different ways.
 */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ReasoningBlock, Signature } from '../../canonical/chat.ts'

/** What this wire's own proofs are. They are base64, which has no colon, so a tag cannot be mistaken for one. */
const scheme = 'encrypted-reasoning'
const schemes = ['signed-thinking', 'thought-signature', scheme] as const satisfies readonly Signature['scheme'][]
const redactedTag = 'redacted-thinking:'
const carriedTag = 'carried:'

/** Ids that the gateway gave: no provider knows such a thought. */
const madeMark = 'gw_'
const madeThought = `rs_${madeMark}`

export function madeId(prefix: string, answerId: string, place: number): string {
  return `${prefix}_${madeMark}${answerId.replace(/[^a-zA-Z0-9]/g, '').slice(-32)}_${place}`
}

/** What a seal says of the thought that has it; the seal of a text or a call comes as `owner`'s, which is a call's id, or empty for the text before. */
export interface Sealed {
  readonly signature?: Signature
  readonly redacted?: string
  readonly owner?: string
}

export function readSeal(seal: string): Sealed {
  if (seal.startsWith(redactedTag)) return { redacted: seal.slice(redactedTag.length) }
  const carried = seal.startsWith(carriedTag) ? seal.slice(carriedTag.length) : undefined
  if (carried === undefined) return { signature: readTagged(seal) }
  const end = carried.indexOf(':')
  return { signature: readTagged(carried.slice(end + 1)), owner: decode(carried.slice(0, Math.max(end, 0))) }
}

function readTagged(seal: string): Signature {
  const tag = schemes.find((name) => seal.startsWith(`${name}:`))
  return tag ? { scheme: tag, value: seal.slice(tag.length + 1) } : { scheme, value: seal }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** For a client: whatever the proof is, it comes back with the next request. Undefined where there is none. */
export function writeSeal({ signature, redacted }: Pick<ReasoningBlock, 'signature' | 'redacted'>): string | undefined {
  if (redacted !== undefined) return redactedTag + redacted
  if (signature === undefined) return undefined
  return signature.scheme === scheme ? signature.value : `${signature.scheme}:${signature.value}`
}

/** The seal that follows a signed text or call; undefined where the block needs none. */
export function writeCarriedSeal(block: Block): string | undefined {
  if ((block.type !== 'text' && block.type !== 'tool-call') || block.signature === undefined) return undefined
  const owner = block.type === 'tool-call' ? encodeURIComponent(block.id) : ''
  return `${carriedTag}${owner}:${block.signature.scheme}:${block.signature.value}`
}

/** For a provider: it can read its own vendor's proofs alone. */
export function isOwnSignature(signature: Signature | undefined): signature is Signature {
  return signature?.scheme === scheme
}

/** Gives a proof that was carried back to the block it is of; one whose block is gone says nothing. */
export function giveBack(blocks: Block[], { signature, owner }: Sealed): void {
  const place = blocks.findLastIndex((block) => (owner === '' ? block.type === 'text' : block.type === 'tool-call' && block.id === owner))
  const block = blocks[place]
  if (signature && (block?.type === 'text' || block?.type === 'tool-call')) blocks[place] = { ...block, signature }
}

/** Whether a provider can know a thought by this id: it gave it. Beside another id than its own, a seal is refused; beside none it is taken. */
export function isKnownThought(id: Json | undefined): boolean {
  return typeof id === 'string' && !id.startsWith(madeThought)
}

/**
 * Whether a client's body holds what a provider of this wire would refuse, because the gateway made it from another wire's answer:
 * a thought with a tagged seal, with an id that no provider gave, or with neither.
 */
export function holdsForeignThought({ input }: JsonObject): boolean {
  return Array.isArray(input) && input.some(isForeignThought)
}

function isForeignThought(item: Json): boolean {
  if (!isObject(item) || item.type !== 'reasoning') return false
  const { id, encrypted_content: seal } = item
  if (typeof seal !== 'string' || seal === '') return !isKnownThought(id)
  return seal.includes(':') || (id !== undefined && !isKnownThought(id))
}
