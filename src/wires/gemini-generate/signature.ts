/**
 * Signatures, which this wire has on any part. Its own stand as they are; those of other vendors, and thoughts that they sealed, stand there too
 * for clients to bring back: as base64, which is what clients decode, of a text with a tag.
 */

import { isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, ReasoningBlock, Signature, Turn } from '../../canonical/chat.ts'
import { listed, requestIn } from './own.ts'

const scheme = 'thought-signature'
const foreign = ['signed-thinking', 'encrypted-reasoning'] as const satisfies readonly Signature['scheme'][]
const sealed = 'sealed'
const thoughts = 'thoughts'

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
    if (name === thoughts) return {}
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

/** A thought of another vendor's model, with what proves it there. */
export function isForeignThought(block: Block): block is ReasoningBlock {
  return block.type === 'reasoning' && (block.redacted !== undefined || (block.signature !== undefined && !isOwnSignature(block.signature)))
}

/**
 * A call, for a client, with the thoughts that led to it once more. Clients show thoughts and forget them, as Gemini CLI does, and keep with the call
 * what proves it, which with Google's models is enough; other vendors want the thoughts themselves back.
 */
export function carryThoughts(call: JsonObject, led: readonly ReasoningBlock[]): JsonObject {
  if (led.length === 0 || call.thoughtSignature !== undefined) return call
  const said = led.map((thought) => present({ text: thought.text, proof: carry(thought) }))
  return { ...call, thoughtSignature: tagged(thoughts, JSON.stringify(said)) }
}

/** The thoughts that a part of a client's request carries; most carry none. */
export function readThoughts(part: Json): ReasoningBlock[] {
  if (!isForeign(part) || !isObject(part)) return []
  const text = Buffer.from(String(part.thoughtSignature ?? part.thought_signature), 'base64').toString('utf8')
  const prefix = `${tag}:${thoughts}:`
  if (!text.startsWith(prefix)) return []
  return listed(parseList(text.slice(prefix.length))).flatMap((said) =>
    isObject(said) && typeof said.text === 'string' ? [{ type: 'reasoning', text: said.text, ...readProof(said.proof) }] : [],
  )
}

/** What a client sends may be anything. */
function parseList(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return []
  }
}

/** Clients that bring their thoughts back bring them with the call as well: each is told once, where it stood first. */
export function tellOnce(turns: readonly Turn[]): readonly Turn[] {
  // Bounded by the request.
  const told = new Set<string>()
  const isNew = (block: Block): boolean => {
    if (!isForeignThought(block)) return true
    const proof = carry(block)!
    return !told.has(proof) && told.add(proof).size > 0
  }
  return turns.map((turn) => (turn.blocks.some(isForeignThought) ? { ...turn, blocks: turn.blocks.filter(isNew) } : turn))
}

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
