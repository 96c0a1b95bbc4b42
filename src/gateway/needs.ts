/** What a call needs of whoever answers it, and what a target's wire cannot say: for choosing between targets of which some are known to lack something. */

import { needBits, needNames, type Need, type Needs } from '../catalog/abilities.ts'
import type { WireName } from '../canonical/chat.ts'
import { shownIn } from '../receipts/shown.ts'
import { estimatedTokens } from '../receipts/usage.ts'
import { pickWire, type Target } from '../routing/target.ts'
import { wireOf } from '../wires/index.ts'
import type { Word } from '../wires/losses.ts'
import { tellNeeds } from '../wires/needs.ts'
import { asksForm, asksMedia, type AnyCall } from './call.ts'

const nothing: Needs = { bits: 0, input: 0, output: 0 }

/** Looks at the body as it came, once, and never at what it means: it may yet be passed on unread. What is no chat needs nothing. Throws nothing. */
export function needsOf(call: AnyCall): Needs {
  if (asksForm(call) || asksMedia(call)) return nothing
  const { object, bytes } = call.body
  const { wire } = call.surface
  let bits = 0
  tellNeeds(object, wire.promptFields, (need) => (bits |= needBits[need]))
  const { maxTokens } = wire.outline(object)
  return {
    bits,
    input: estimatedTokens(bytes.length - shownIn(bytes.length, object)),
    output: typeof maxTokens === 'number' && maxTokens > 0 ? maxTokens : 0,
  }
}

/** What wires call each need where they declare that they cannot say it. */
const wordOf: { readonly [need in Need]: Word } = {
  images: 'image',
  documents: 'document',
  audio: 'audio',
  video: 'video',
  files: 'file_id',
  tools: 'tools',
  schema: 'format',
  json: 'format',
  speech: 'modalities',
  drawing: 'modalities',
  choices: 'choices',
  logprobs: 'logprobs',
}

/** By wire: they are few, and never change. */
const unsaid = new Map<WireName, number>()

/**
 * Bits of what the target's wire refuses to say of a request that came on `asked`, and that would be a 400 to whoever is sent there;
 * 0 where both speak one wire, since then it is passed on as it came.
 */
export function lacksOnWire({ connection, model }: Target, asked: WireName): number {
  const name = pickWire(connection.provider, model, asked)
  return name === undefined || name === asked ? 0 : unsaidOn(name)
}

function unsaidOn(name: WireName): number {
  const known = unsaid.get(name)
  if (known !== undefined) return known
  const { cannotSay } = wireOf(name)
  const bits = needNames.reduce((sum, need) => (cannotSay[wordOf[need]] === 'refuse' ? sum | needBits[need] : sum), 0)
  unsaid.set(name, bits)
  return bits
}

/** Whether a request that came on `asked` is written anew for the target: then a schema that its model cannot be held to goes into a tool. */
export function isTranslated({ connection, model }: Target, asked: WireName): boolean {
  return pickWire(connection.provider, model, asked) !== asked
}
