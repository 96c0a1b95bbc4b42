/** Keeping what a wire said and the form has no word for, and giving it back to the same wire alone. */

import type { JsonObject } from '../base/json.ts'
import type { Rest, WireName } from '../canonical/chat.ts'

/** A `rest` property to spread, or nothing where there is nothing to keep. */
export function kept(wire: WireName, fields: JsonObject, spelled?: Rest['spelled']): { readonly rest?: Rest } {
  for (const _ in fields) return { rest: spelled ? { wire, fields, spelled } : { wire, fields } }
  return spelled ? { rest: { wire, fields, spelled } } : {}
}

const nothing: JsonObject = {}

/** The fields that this wire kept; those of other wires stay unsaid. */
export function own(wire: WireName, rest: Rest | undefined): JsonObject {
  return rest?.wire === wire ? rest.fields : nothing
}

/** How this wire spelled a word of the form, where it has several ways. */
export function spelling(wire: WireName, rest: Rest | undefined, word: string): string | undefined {
  return rest?.wire === wire ? rest.spelled?.[word] : undefined
}
