/** What may be done to a request between client and provider: a closed list, as receipts tell it. */

const meanings = {
  kept_input: 'Turns that are kept here were put before it, because it goes on from them.',
  model_renamed: 'The model is called otherwise at the provider.',
  translated: 'It was written anew in another wire, or in another dialect of its form.',
  rewritten: 'It was read and written anew in the client’s own wire, which may not pass on all that clients were told.',
  quirks: 'It was bent to the ways of its provider: fields left out, added or called otherwise.',
  usage_asked: 'The stream was asked to tell its usage, where the client did not ask.',
  media_fetched: 'Media that the client named by URL were brought as bytes.',
  tools_narrowed: 'Tools that may not be called were left out, where the wire has no word for the choice.',
  text_tools: 'Tools that take plain text were offered as functions of one text.',
  json_tool: 'The form of the answer was asked for as a tool.',
  names_bent: 'Names of tools or ids of calls were changed to what the wire allows, and back in the answer.',
  format_relaxed: 'The schema of the answer was asked for, and not held to.',
  split: 'It was cut into several requests.',
  redacted: 'A policy took something out of it; `redactions` says how often.',
  trimmed: 'A policy left out turns of its history; `trimmed_turns` says how many.',
  capped: 'A policy set or lowered the limit of the answer.',
  tools_stripped: 'A policy left out tools.',
  settings_changed: 'A policy set fields of it.',
  rerouted: 'A policy chose the chain.',
  fields_dropped: 'Something was left out that could not be said; `dropped` says what.',
} as const

export type Transform = keyof typeof meanings

/** Each with what it says, in one sentence. */
export const transforms: { readonly [transform in Transform]: string } = meanings

const names = Object.keys(meanings) as readonly Transform[]

/** A bit for each, in the order of the list. */
export const transformBits = Object.fromEntries(names.map((name, at) => [name, 1 << at])) as { readonly [transform in Transform]: number }

const none: readonly Transform[] = []

export function transformsIn(bits: number): readonly Transform[] {
  return bits === 0 ? none : names.filter((_, at) => (bits & (1 << at)) !== 0)
}
