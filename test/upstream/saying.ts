/** What a scripted model says, in words that are no wire's: each wire's file writes it down as its vendor does. */

export interface Call {
  readonly id: string
  readonly name: string
  /** Where the tool stands in one; only on the wire that has such. */
  readonly namespace?: string
  readonly input: { readonly [key: string]: unknown }
  /** What a tool of plain text is given, in place of `input`; on wires that have such tools. */
  readonly text?: string
}

/** Token counts; `input` includes `cached` and `cacheWritten`, `output` includes `reasoning`. */
export interface Counts {
  readonly input: number
  readonly output: number
  readonly cached?: number
  readonly cacheWritten?: number
  readonly reasoning?: number
}

export type Stop = 'end' | 'length' | 'tools' | 'refusal'

export interface Saying {
  readonly id?: string
  readonly model?: string
  /** Pieces of thought, each a frame of a stream. */
  readonly reasoning?: readonly string[]
  /** Proves the thought to the vendor that thought it; only where the wire has a word for it. */
  readonly signature?: string
  readonly toolCalls?: readonly Call[]
  /** On a stream, the pieces of several calls come in turns where the wire can say so. */
  readonly isInterleaved?: boolean
  /** `tools` where there are calls, else `end`. */
  readonly stop?: Stop
  /** null leaves usage out. */
  readonly usage?: Counts | null
}

/** One string is streamed in words, their spaces before them; a list is streamed as it is. */
export type Words = string | readonly string[]

export const pieces = (words: Words): readonly string[] => (typeof words === 'string' ? (words.match(/\s*\S+\s*$|\s*\S+/g) ?? []) : words)

export const text = (words: Words): string => (typeof words === 'string' ? words : words.join(''))

export const stopOf = ({ stop, toolCalls = [] }: Saying): Stop => stop ?? (toolCalls.length > 0 ? 'tools' : 'end')

export const countsOf = ({ usage }: Saying): Counts => usage ?? { input: 11, output: 5 }

/** The input of a call as one string: JSON, but for plain text. */
export const inputOf = ({ input, text: plain }: Call): string => plain ?? JSON.stringify(input)

/** The same in two pieces, as vendors stream it. */
export function inputPieces(call: Call): readonly [string, string] {
  const whole = inputOf(call)
  const half = whole.length >> 1
  return [whole.slice(0, half), whole.slice(half)]
}
