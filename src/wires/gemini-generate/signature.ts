/**
 * Signatures, which this wire has on any part. Its own stand as they are; those of other vendors, and thoughts that they sealed, stand there too
 * for clients to bring back: as base64, which is what clients decode, of a text with a tag.
 */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ReasoningBlock, Signature, Turn } from '../../canonical/chat.ts'
import { listed, requestIn } from './own.ts'

const scheme = 'thought-signature'
const foreign = ['signed-thinking', 'encrypted-reasoning'] as const satisfies readonly Signature['scheme'][]
const sealed = 'sealed'

/** Twelve letters, so that the base64 of all that begins with them begins alike. */
const tag = 'omni-gateway'
const mark = Buffer.from(tag).toString('base64')

/** Tells Google's models of the third generation not to look for a signature that another model could not make. https://ai.google.dev/gemini-api/docs/thought-signatures */
export const placeholder = 'skip_thought_signature_validator'

export interface Proof {
  readonly signature?: Signature
  readonly redacted?: string
}

export function readProof(value: Json | undefined): Proof {
  if (typeof value !== 'string' || value === '') return {}
  if (value.startsWith(mark)) {
    const [, name, text] = /^omni-gateway:([a-z-]+):([^]*)$/.exec(Buffer.from(value, 'base64').toString('utf8')) ?? []
    const known = foreign.find((other) => other === name)
    if (known !== undefined) return { signature: { scheme: known, value: text! } }
    if (name === sealed) return { redacted: text! }
  }
  return { signature: { scheme, value } }
}

/** For a client: whatever the proof is, it comes back with the next request. */
export function carry({ signature, redacted }: Proof): string | undefined {
  if (redacted !== undefined) return tagged(sealed, redacted)
  if (signature === undefined || signature.scheme === scheme) return signature?.value
  return tagged(signature.scheme, signature.value)
}

const tagged = (name: string, value: string): string => Buffer.from(`${tag}:${name}:${value}`).toString('base64')

/** For a provider: it refuses every signature but its own vendor's. */
export function isOwnSignature(signature: Signature | undefined): signature is Signature {
  return signature?.scheme === scheme
}

/** Whether a client's body brings back what only the gateway can have told it, so that its bytes cannot go on as they are. */
export function holdsForeignProof(body: JsonObject): boolean {
  return listed(requestIn(body).contents).some((content) => isObject(content) && listed(content.parts).some(isForeign))
}

function isForeign(part: Json): boolean {
  if (!isObject(part)) return false
  const value = part.thoughtSignature ?? part.thought_signature
  return typeof value === 'string' && value.startsWith(mark)
}

/**
 * In a stream a thought is told in pieces, and the proof of it behind them on an empty one; clients bring the pieces back, some in as many contents.
 * The vendor that signed it wants the thought whole.
 */
export function joinSignedThoughts(turns: readonly Turn[]): readonly Turn[] {
  if (!turns.some(({ blocks }) => blocks.some(isCarrier))) return turns
  const joined: Turn[] = []
  for (const turn of turns) {
    const last = joined.at(-1)
    if (turn.role === 'assistant' && last?.role === 'assistant') joined[joined.length - 1] = { ...last, blocks: [...last.blocks, ...turn.blocks] }
    else joined.push(turn)
  }
  return joined.map((turn) => ({ ...turn, blocks: signThoughts(turn.blocks) }))
}

function signThoughts(blocks: readonly Block[]): Block[] {
  const said: Block[] = []
  for (const block of blocks) {
    if (!isCarrier(block)) {
      said.push(block)
      continue
    }
    let text = ''
    for (let last = said.at(-1); isUnsigned(last); last = said.at(-1)) {
      text = last.text + text
      said.pop()
    }
    said.push({ ...block, text })
  }
  return said
}

/** A thought without words that another vendor signed. */
export function isCarrier(block: Block): block is ReasoningBlock {
  return block.type === 'reasoning' && block.text === '' && block.signature !== undefined && !isOwnSignature(block.signature)
}

function isUnsigned(block: Block | undefined): block is ReasoningBlock {
  return block?.type === 'reasoning' && block.signature === undefined && block.redacted === undefined
}
