/** How names of models are compared by lists, limits and rules: in any case. The catalogue prices them so, and providers serve them so. */

import { matchesAny } from '../base/wildcard.ts'

/** The form that is compared. Aliases and chains are names of this installation: they are what they are, letter by letter. */
export const caseless = (model: string): string => model.toLowerCase()

/** Whether a list has the model, alone or behind its provider's name. The patterns are caseless. */
export function listsModel(patterns: readonly string[], provider: string, model: string): boolean {
  const name = caseless(model)
  return matchesAny(patterns, name) || matchesAny(patterns, `${caseless(provider)}/${name}`)
}
