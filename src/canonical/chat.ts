/** What a chat request, answer and stream mean, whatever wire they came on. Richer than every wire; private to the gateway. */

import type { JsonObject } from '../base/json.ts'

export type WireName = 'openai-chat' | 'openai-completions' | 'openai-responses' | 'anthropic-messages' | 'gemini-generate' | 'bedrock-converse' | 'cohere-chat'

/**
 * What a wire said and this form has no word for. Only the same wire writes it back.
 * `spelled` holds the choice a wire made where it has several spellings for one meaning, by word of the form
 * (`{ content: 'list' }`, `{ maxTokens: 'max_tokens' }`), so that what is read and written back says the same.
 */
export interface Rest {
  readonly wire: WireName
  readonly fields: JsonObject
  readonly spelled?: { readonly [word: string]: string }
}

/**
 * A proof that a vendor put on its model's words, to be handed back byte for byte.
 * The scheme says who can read it: a wire that does not carry the scheme leaves the signature out.
 */
export interface Signature {
  readonly scheme: 'signed-thinking' | 'thought-signature' | 'encrypted-reasoning'
  readonly value: string
}

/** A mark that the prompt up to and with this block may be cached. */
export interface CacheMark {
  readonly ttl?: '5m' | '1h'
}

/** Where the bytes of a medium or a document are. `data` is base64 as it came; `file` is the id of a vendor's file store. */
export type Source =
  | { readonly type: 'data'; readonly mime: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string; readonly mime?: string }
  | { readonly type: 'file'; readonly id: string; readonly mime?: string }
  | { readonly type: 'text'; readonly text: string; readonly mime?: string }

/** What a stretch of an answer rests on. Offsets count characters of the block's text. */
export interface Citation {
  readonly url?: string
  readonly title?: string
  readonly quoted?: string
  readonly document?: number
  readonly start?: number
  readonly end?: number
  readonly rest?: Rest
}

interface Marked {
  readonly cache?: CacheMark
  readonly rest?: Rest
}

export interface TextBlock extends Marked {
  readonly type: 'text'
  readonly text: string
  readonly citations?: readonly Citation[]
  readonly signature?: Signature
}

/** What the model thought. `redacted` holds thoughts that the vendor sealed: then `text` is empty. */
export interface ReasoningBlock extends Marked {
  readonly type: 'reasoning'
  readonly text: string
  readonly signature?: Signature
  readonly redacted?: string
}

/** `input` is text as the model wrote it: JSON for a function, anything for a `custom` tool, cut short where the answer was. */
export interface ToolCallBlock extends Marked {
  readonly type: 'tool-call'
  readonly id: string
  readonly name: string
  readonly input: string
  readonly custom?: boolean
  readonly signature?: Signature
}

export interface ToolResultBlock extends Marked {
  readonly type: 'tool-result'
  readonly callId: string
  readonly blocks: readonly Block[]
  readonly failed?: boolean
}

export interface MediaBlock extends Marked {
  readonly type: 'media'
  readonly kind: 'image' | 'audio' | 'video'
  readonly source: Source
  /** How closely to look at an image. */
  readonly detail?: string
}

export interface DocumentBlock extends Marked {
  readonly type: 'document'
  readonly source: Source
  readonly name?: string
}

/** The model declined in words of its own, on wires that tell this apart from text. */
export interface RefusalBlock extends Marked {
  readonly type: 'refusal'
  readonly text: string
}

/** A block that only its own wire understands. */
export interface NativeBlock {
  readonly type: 'native'
  /** What the wire calls it, for the report of what was dropped. */
  readonly name: string
  readonly rest: Rest
}

export type Block = TextBlock | ReasoningBlock | ToolCallBlock | ToolResultBlock | MediaBlock | DocumentBlock | RefusalBlock | NativeBlock

export interface Turn {
  readonly role: 'system' | 'user' | 'assistant'
  readonly blocks: readonly Block[]
  /** It goes on with the turn before it: some clients keep an answer in the pieces in which it came. */
  readonly goesOn?: true
  readonly rest?: Rest
}

export interface FunctionTool {
  readonly type: 'function'
  readonly name: string
  readonly description?: string
  /** JSON Schema as the client wrote it; undefined where the client gave none. */
  readonly schema?: JsonObject
  readonly strict?: boolean
  readonly cache?: CacheMark
  readonly rest?: Rest
}

/** A tool with one string argument, in a grammar where the vendor has one. */
export interface CustomTool {
  readonly type: 'custom'
  readonly name: string
  readonly description?: string
  readonly rest?: Rest
}

/** A tool that the vendor runs itself. */
export interface HostedTool {
  readonly type: 'hosted'
  /** What the wire calls it: `web_search`, `web_search_20250305`, … */
  readonly name: string
  readonly rest: Rest
}

export type Tool = FunctionTool | CustomTool | HostedTool

export interface ToolChoice {
  readonly mode: 'auto' | 'required' | 'none' | 'named'
  /** The tool that must be called; only with `named`. */
  readonly name?: string
  /** The tools that alone may be called, where there are others; the field of the request that says so is kept for its own wire. */
  readonly allowed?: { readonly names: readonly string[]; readonly field: string }
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** How much the model may think: by effort, by a budget in tokens, or as it sees fit. */
export interface Thinking {
  readonly mode: 'effort' | 'budget' | 'adaptive' | 'off'
  readonly effort?: Effort
  readonly budget?: number
  readonly rest?: Rest
}

/** `isHeld`: asked for on an API that holds its models to every schema, and so has no word `strict`. */
export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | { readonly type: 'schema'; readonly name?: string; readonly schema: JsonObject; readonly strict?: boolean; readonly isHeld?: true; readonly rest?: Rest }

export interface ChatRequest {
  readonly model: string
  readonly turns: readonly Turn[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelTools?: boolean
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly stop?: readonly string[]
  readonly choices?: number
  /** How many likely tokens to tell beside each chosen one; 0 tells the chosen one's alone. */
  readonly logprobs?: number
  readonly thinking?: Thinking
  readonly format?: OutputFormat
  /** Who the client says its user is. */
  readonly user?: string
  /** What the answer is made of beside text: `audio`, `image`. */
  readonly modalities?: readonly string[]
  /** The request builds on what its provider keeps (an earlier answer, a stored prompt), or is to be answered later: no other can answer it. */
  readonly isContinued?: boolean
  readonly stream: boolean
  readonly rest: Rest
}

/**
 * `stop` ended by itself; `stop-sequence` met one of the client's; `length` met the client's limit; `context` the model's own;
 * `refused` by the model or a filter; `paused` wants the same conversation again; `other` is a reason we have no word for.
 */
export type FinishReason = 'stop' | 'stop-sequence' | 'length' | 'context' | 'tool-calls' | 'refused' | 'paused' | 'other'

/** Tokens, as the provider counted them; undefined is what it did not say. `input` counts cached tokens in, `output` reasoning, whatever the wire does. */
export interface Usage {
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  readonly cacheWrite?: number
  /** The part of `cacheWrite` that is kept for an hour. */
  readonly cacheWriteHour?: number
  readonly reasoning?: number
  readonly audioInput?: number
  readonly audioOutput?: number
  readonly imageInput?: number
  readonly imageOutput?: number
  /** Of `cacheRead` and of `audioInput`: sound that came from the cache. */
  readonly audioRead?: number
  /** What is billed, all at the plain price, where the vendor tells it apart from what its model read and wrote. */
  readonly billed?: { readonly input: number; readonly output: number }
  readonly rest?: Rest
}

/** How likely a token of an answer was, in natural logarithms, and which others were. */
export interface TokenOdds {
  readonly token: string
  readonly logprob: number
  readonly others?: readonly TokenOdds[]
}

export interface Choice {
  readonly blocks: readonly Block[]
  readonly finish: FinishReason
  readonly stopSequence?: string
  /** Of all its tokens, where they were asked for and the wire tells them apart from its words. */
  readonly odds?: readonly TokenOdds[]
  readonly rest?: Rest
}

export interface ChatResponse {
  readonly id: string
  readonly model: string
  /** Seconds since 1970. */
  readonly created?: number
  readonly choices: readonly Choice[]
  readonly usage: Usage
  readonly rest?: Rest
}

/**
 * A stream is a start, then blocks that open, grow and close, then a finish for each choice, and usage whenever the provider tells.
 * Indexes of blocks are unique in the stream, over all its choices; several blocks may be open at once.
 * A block opens empty but for what is known at its start; what a signature, a citation or a wire's own delta adds comes on deltas and the close.
 */
export type ChatEvent =
  | { readonly type: 'start'; readonly id: string; readonly model: string; readonly created?: number; readonly rest?: Rest }
  | { readonly type: 'open'; readonly choice: number; readonly index: number; readonly block: Block }
  | { readonly type: 'delta'; readonly index: number; readonly text: string; readonly citation?: Citation; readonly rest?: Rest }
  | { readonly type: 'close'; readonly index: number; readonly signature?: Signature; readonly rest?: Rest }
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'finish'
      readonly choice: number
      readonly reason: FinishReason
      readonly stopSequence?: string
      readonly odds?: readonly TokenOdds[]
      readonly rest?: Rest
    }

/** What a provider served an answer in, and bills it by. */
export type Tier = 'standard' | 'priority' | 'flex' | 'batch' | 'scale' | 'fast' | 'other'

/** What a provider tells of how it served an answer; undefined is what it did not say. No client needs it: its own wire keeps it in `rest`. */
export interface Served {
  /** The provider's word for the system that answered. */
  readonly fingerprint: string | undefined
  readonly tier: Tier | undefined
}

/** What a receipt needs of a whole answer, where nobody needs more. */
export interface Glance {
  readonly id: string
  readonly model: string
  readonly finish: FinishReason
  readonly usage: Usage
  readonly toolCalls: number
  /** Characters of its words, thoughts and calls. */
  readonly said: number
}
