/**
 * Proofs of other vendors, which this wire has no word for: they stand beside the block that they prove, tagged with their scheme.
 * Clients send messages back as they came, unknown fields too; a provider of this wire never sees them.
 */

import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Signature } from '../../canonical/chat.ts'
import type { Writing } from './own.ts'

const schemes = ['signed-thinking', 'thought-signature', 'encrypted-reasoning'] as const satisfies readonly Signature['scheme'][]

function readSignature(value: Json | undefined): Signature | undefined {
  if (typeof value !== 'string') return undefined
  const scheme = schemes.find((name) => value.startsWith(`${name}:`))
  return scheme && { scheme, value: value.slice(scheme.length + 1) }
}

/** Takes a `signature` out of a block's fields; one that is not ours stays among them. */
export function takeSignature(fields: JsonObject): { readonly signature?: Signature } {
  const signature = readSignature(fields.signature)
  if (signature === undefined) return {}
  delete fields.signature
  return { signature }
}

/** For a client the proof, for a provider nothing. */
export function writeSignature(signature: Signature | undefined, { to, lose }: Writing): { readonly signature?: string } {
  if (signature === undefined) return {}
  if (to === 'client') return { signature: `${signature.scheme}:${signature.value}` }
  lose('signature')
  return {}
}

/** Takes a sealed thought out of a block's fields. */
export function takeRedacted(fields: JsonObject): { readonly redacted?: string } {
  const { redacted } = fields
  if (typeof redacted !== 'string') return {}
  delete fields.redacted
  return { redacted }
}

/** Whether a client's body holds a proof or a sealed thought, which only the gateway can have told it. */
export function holdsForeignProof({ messages }: JsonObject): boolean {
  return Array.isArray(messages) && messages.some((message) => isObject(message) && [message.content, message.tool_calls].some(isProven))
}

function isProven(list: Json | undefined): boolean {
  return Array.isArray(list) && list.some((item) => isObject(item) && (readSignature(item.signature) !== undefined || typeof item.redacted === 'string'))
}
