/** What a prompt is made of, in characters: an estimate of its tokens, and of the share that each part has in them, rests on it. */

/** Characters of each part of a prompt, of media what they count for. Strings are measured by their length, which costs nothing to ask for. */
export interface Weights {
  /** Instructions, wherever they stand. */
  readonly system: number
  /** Every turn but the last of the user: what models said and called, and what was asked before. */
  readonly history: number
  /** What the user said last. */
  readonly user: number
  /** Definitions of tools, as JSON. */
  readonly tools: number
  /** What tools answered, in any turn. */
  readonly toolResults: number
  /** Pictures, sound and files, in any turn. */
  readonly media: number
  /** A bit for each of `modalities` that the prompt holds. */
  readonly kinds: number
}

export const modalities = ['text', 'image', 'audio', 'video', 'file'] as const
export type Modality = (typeof modalities)[number]

export const bitOf = (kind: Modality): number => 1 << modalities.indexOf(kind)

const listed: readonly (readonly Modality[])[] = Array.from({ length: 1 << modalities.length }, (_, kinds) =>
  modalities.filter((kind) => (kinds & bitOf(kind)) !== 0),
)

export const modalitiesIn = ({ kinds }: Weights): readonly Modality[] => listed[kinds]!

/** Of a prompt that stands in files, or beside them, and is not read. */
export function unweighed(...kinds: readonly Modality[]): Weights {
  return { system: 0, history: 0, user: 0, tools: 0, toolResults: 0, media: 0, kinds: kinds.reduce((bits, kind) => bits | bitOf(kind), 0) }
}

export function weightOf({ system, history, user, tools, toolResults, media }: Weights): number {
  return system + history + user + tools + toolResults + media
}

/** Characters that a picture counts for: no vendor takes many more than 1,600 tokens for one. https://platform.claude.com/docs/en/build-with-claude/vision */
export const pictureWeight = 6400

/** How much of a document's or a sound's base64 counts: a page of a PDF is some 100 kB and 2,500 tokens. */
export const dataShare = 0.1

/** What a document, a sound or a film counts for that is named and not sent: a page. Nobody here knows how long it is. */
export const namedWeight = 10_000
