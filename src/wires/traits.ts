/** What a wire must know of the model it writes to: facts from the catalogue and the provider's data, handed in. */

export interface ModelTraits {
  /** The model's id at the provider. */
  readonly model: string
  /** The most tokens it writes in one answer; undefined where nobody knows. */
  readonly maxOutput?: number
  /** How it is told to think: by `effort`, by a token `budget`, as it sees fit (`adaptive`), not at all; undefined where nobody knows. */
  readonly thinking?: 'effort' | 'budget' | 'adaptive' | 'none'
  /** Whether it can be held to a JSON Schema natively. */
  readonly nativeSchema?: boolean
  /** Whether it goes on from a last turn of its own; undefined where nobody knows. */
  readonly prefill?: boolean
  /** Whether it takes marks of where to cache the prompt, on wires where only some models do. */
  readonly cacheBreakpoints?: boolean
  /** Whether sampling (temperature, top_p, penalties) may be set. */
  readonly sampling?: boolean
}
