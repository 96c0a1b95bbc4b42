/** What a call needs of the model that answers it: for choosing between targets of which some are known to lack something. */

import { needBits, type Needs } from '../catalog/abilities.ts'
import { promptTokens } from '../receipts/prompt.ts'
import { tellNeeds } from '../wires/needs.ts'
import { densityOf } from './body.ts'
import { asksForm, asksMedia, type AnyCall } from './call.ts'

const nothing: Needs = { bits: 0, input: 0, output: 0 }

/** Looks at the body as it came, once, and never at what it means: it may yet be passed on unread. What is no chat needs nothing. Throws nothing. */
export function needsOf(call: AnyCall): Needs {
  if (asksForm(call) || asksMedia(call)) return nothing
  const { object, members } = call.body
  const { wire } = call.surface
  let bits = 0
  tellNeeds(object, wire.promptFields, (need) => (bits |= needBits[need]))
  const { maxTokens, weights } = wire.outline(object, members)
  return {
    bits,
    input: promptTokens(weights, densityOf(call.body)),
    output: typeof maxTokens === 'number' && maxTokens > 0 ? maxTokens : 0,
  }
}
