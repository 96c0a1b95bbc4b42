/** What a call needs of the model that answers it: for choosing between targets of which some are known to lack something. */

import { needBits, type Needs } from '../catalog/abilities.ts'
import { shownIn } from '../receipts/shown.ts'
import { estimatedTokens } from '../receipts/usage.ts'
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
