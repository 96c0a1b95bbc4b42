/** Keeping what a wire said and the form has no word for, and giving it back to the same wire alone. */

import type { Json, JsonObject } from '../base/json.ts'
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

export type Spelled = { [word: string]: string }

/** The same for one wire, whose files then need not name it. */
export function keeperOf(wire: WireName) {
  const ownFields = (said: Rest | undefined): JsonObject => own(wire, said)
  return {
    /** A `rest` property to spread; spellings that were not needed leave nothing. */
    kept(fields: JsonObject, spelled: Rest['spelled'] = {}): { readonly rest?: Rest } {
      for (const _ in spelled) return kept(wire, fields, spelled)
      return kept(wire, fields)
    },
    own: ownFields,
    /** What is kept under one name: the words that stood beside those the form has words for. */
    ownWithin: (said: Rest | undefined, field: string): JsonObject => (ownFields(said)[field] as JsonObject | undefined) ?? {},
    spelling: (said: Rest | undefined, word: string): string | undefined => spelling(wire, said, word),
  }
}

/** Takes a field out of `fields`, which is a copy to be emptied: what nobody takes is kept. */
export function take(fields: JsonObject, field: string): Json | undefined {
  const value = fields[field]
  delete fields[field]
  return value
}

/** `{ [field]: inner }`, or nothing where nothing is left of it. */
export function leftOf(field: string, inner: JsonObject): JsonObject {
  for (const _ in inner) return { [field]: inner }
  return {}
}
