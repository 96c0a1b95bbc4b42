/**
 * What the model thought, on a wire whose first API has no word for it. Its servers tell the text as `reasoning_content` or `reasoning`;
 * `reasoning_details` carries beside it what a vendor signed or sealed, so that clients who send messages back bring it back.
 * https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks
 */

import { asText, isObject, present, type Json, type JsonObject } from '../../base/json.ts'
import type { ReasoningBlock, Signature } from '../../canonical/chat.ts'
import { kept, own, type Spelled, spelling, take } from './own.ts'

/** Whose proof an entry holds, in the words of `format`. */
const formats = {
  'signed-thinking': 'anthropic-claude-v1',
  'thought-signature': 'google-gemini-v1',
  'encrypted-reasoning': 'openai-responses-v1',
} as const satisfies { readonly [scheme in Signature['scheme']]: string }

const schemes: ReadonlyMap<Json | undefined, Signature['scheme']> = new Map([
  ['anthropic-claude-v1', 'signed-thinking'],
  ['google-gemini-v1', 'thought-signature'],
  ['openai-responses-v1', 'encrypted-reasoning'],
  ['azure-openai-responses-v1', 'encrypted-reasoning'],
])

/** The fields that tell the text, in the order in which they are believed. */
const plainFields = ['reasoning_content', 'reasoning'] as const

/** Takes the reasoning out of a message's fields. What does not fit together stays in them. */
export function takeReasoning(fields: JsonObject, spelled: Spelled): ReasoningBlock[] {
  const details = readDetails(fields.reasoning_details)
  if (details !== undefined) take(fields, 'reasoning_details')
  const told = plainFields.filter((field) => typeof fields[field] === 'string')
  const text = details?.map((block) => block.text).join('') ?? fields[told[0]!]
  const agreeing = told.filter((field) => fields[field] === text)
  if (agreeing.length > 0 || details !== undefined) spelled.reasoning = agreeing.join(' ')
  for (const field of agreeing) take(fields, field)
  return details ?? (typeof text === 'string' && text !== '' ? [{ type: 'reasoning', text }] : [])
}

/** Undefined where the list is not there, or any entry is of another kind. */
export function readDetails(details: Json | undefined): ReasoningBlock[] | undefined {
  if (!Array.isArray(details) || details.length === 0) return undefined
  const blocks: ReasoningBlock[] = []
  for (const entry of details) {
    const block = isObject(entry) ? readDetail(entry) : undefined
    if (block === undefined) return undefined
    const summary = blocks.at(-1)
    if (summary && isSealOf(block, summary)) blocks[blocks.length - 1] = { ...block, text: summary.text, ...kept({ ...own(summary.rest), ...own(block.rest) }) }
    else blocks.push(block)
  }
  return blocks
}

/** Keeps all of an entry but its meaning under the entry's type: the types that are kept are the entries to write again. */
function readDetail({ type, ...fields }: JsonObject): ReasoningBlock | undefined {
  const scheme = schemes.get(fields.format)
  if (scheme === undefined && typeof fields.format === 'string') return readUnknown(asText(type), fields)
  if (type === 'reasoning.text') return readSigned(fields, scheme ?? 'signed-thinking')
  if (type === 'reasoning.summary' && typeof fields.summary === 'string') {
    return { type: 'reasoning', text: take(fields, 'summary') as string, ...kept({ [type]: fields }) }
  }
  if (type !== 'reasoning.encrypted' || typeof fields.data !== 'string') return undefined
  const value = take(fields, 'data') as string
  if (scheme === undefined || scheme === 'signed-thinking') return { type: 'reasoning', text: '', redacted: value, ...kept({ [type]: fields }) }
  return { type: 'reasoning', text: '', signature: { scheme, value }, ...kept({ [type]: fields }) }
}

/** What proves it is of a vendor that no other wire speaks for, and stays with what is kept. */
function readUnknown(type: string, fields: JsonObject): ReasoningBlock | undefined {
  const word = type === 'reasoning.text' ? 'text' : type === 'reasoning.summary' ? 'summary' : type === 'reasoning.encrypted' ? 'data' : undefined
  if (word === undefined || typeof fields[word] !== 'string') return undefined
  const text = word === 'data' ? '' : asText(take(fields, word))
  return { type: 'reasoning', text, ...kept({ [type]: fields }) }
}

/** In streams, the text may have come before its signature. */
function readSigned(fields: JsonObject, scheme: Signature['scheme']): ReasoningBlock | undefined {
  const text = typeof fields.text === 'string' ? (take(fields, 'text') as string) : undefined
  const value = typeof fields.signature === 'string' ? (take(fields, 'signature') as string) : undefined
  if (text === undefined && value === undefined) return undefined
  const rest = kept({ 'reasoning.text': fields }, text === undefined ? { text: 'absent' } : {})
  return { type: 'reasoning', text: text ?? '', ...(value !== undefined && { signature: { scheme, value } }), ...rest }
}

/** Whether a sealed entry belongs to the summary before it. */
function isSealOf(block: ReasoningBlock, summary: ReasoningBlock): boolean {
  const isSeal = block.signature?.scheme === 'encrypted-reasoning' && 'reasoning.encrypted' in own(block.rest)
  return isSeal && summary.signature === undefined && 'reasoning.summary' in own(summary.rest)
}

/** The fields that tell these blocks. Signatures that came on other wires are told only where `signs`. */
export function writeReasoning(blocks: readonly ReasoningBlock[], spelled: string | undefined, signs: boolean): JsonObject {
  const text = blocks.map((block) => block.text).join('')
  const plain = spelled ?? (text === '' ? '' : plainFields[0])
  const details = blocks.some((block) => isDetailed(block, signs)) ? blocks.flatMap(writeDetails) : []
  const written: JsonObject = {}
  for (const field of plain.split(' ')) if (field !== '') written[field] = text
  return details.length > 0 ? { ...written, reasoning_details: details } : written
}

/** Whether the wire says more of the block than its text. */
export function isDetailed(block: ReasoningBlock, signs: boolean): boolean {
  if (spelling(block.rest, 'reasoning') === 'part') return false
  for (const _ in own(block.rest)) return true
  return signs && (block.signature !== undefined || block.redacted !== undefined)
}

/** The entries of one block: `index` is its place among the blocks of the message. */
export function writeDetails(block: ReasoningBlock, index: number): JsonObject[] {
  const said = own(block.rest)
  const types = Object.keys(said)
  if (types.length > 0) return types.map((type) => ({ type, ...meaning(type, block), ...(said[type] as JsonObject) }))
  return newTypes(block).map((type) => ({ type, ...meaning(type, block), ...present({ format: formatOf(block) }), index }))
}

function newTypes({ text, signature, redacted }: ReasoningBlock): string[] {
  if (redacted !== undefined) return ['reasoning.encrypted']
  if (signature?.scheme !== 'encrypted-reasoning') return ['reasoning.text']
  return text === '' ? ['reasoning.encrypted'] : ['reasoning.summary', 'reasoning.encrypted']
}

function formatOf({ signature, redacted }: ReasoningBlock): string | undefined {
  if (redacted !== undefined) return formats['signed-thinking']
  return signature && formats[signature.scheme]
}

function meaning(type: string, { text, signature, redacted, rest }: ReasoningBlock): JsonObject {
  if (type === 'reasoning.summary') return { summary: text }
  if (type === 'reasoning.encrypted') return { data: redacted ?? signature?.value ?? '' }
  return present({ text: text === '' && spelling(rest, 'text') === 'absent' ? undefined : text, signature: signature?.value })
}

/** Where Google's OpenAI-compatible API puts the signature of a call or of a text. https://ai.google.dev/gemini-api/docs/thought-signatures */
export function readThoughtSignature(extra: Json | undefined): Signature | undefined {
  const google = isObject(extra) && isObject(extra.google) ? extra.google : {}
  return typeof google.thought_signature === 'string' ? { scheme: 'thought-signature', value: google.thought_signature } : undefined
}

export function writeThoughtSignature(signature: Signature | undefined): JsonObject {
  return signature?.scheme === 'thought-signature' ? { extra_content: { google: { thought_signature: signature.value } } } : {}
}
