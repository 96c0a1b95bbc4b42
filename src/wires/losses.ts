/** What a wire cannot say, and what a request lost on the way to it. */

import { isObject, type Json } from '../base/json.ts'
import type { Block, ChatRequest, Source, WireName } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'

/**
 * The words of the canonical form that some wire lacks. A closed list: they stand in receipts and in `x-omni-dropped`.
 * Words that are not in a request (`signature`, …) belong to answers and to the laws.
 */
export const words = [
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'top_k',
  'top_p',
  'temperature',
  'stop',
  'logprobs',
  'choices',
  'format',
  'tools',
  'tool_choice',
  'parallel_tools',
  'hosted_tool',
  'custom_tool',
  'strict_tool',
  'strict_format',
  'thinking',
  'signature',
  'redacted_reasoning',
  'reasoning',
  'citation',
  'cache_mark',
  'cache_ttl',
  'image',
  'image_url',
  'image_detail',
  'audio',
  'video',
  'document',
  'document_url',
  'file_id',
  'tool_result_media',
  'tool_error',
  'refusal',
  'user',
  'modalities',
  'turn_name',
  'native_block',
  'prefill',
  'system_position',
  'stop_sequence',
  'max_tokens',
  'dimensions',
  'tokens',
  'task',
  'title',
  'truncation',
  'prompt',
  'voice',
  'quality',
  'unknown_field',
  'unknown_header',
  'stored_state',
] as const

export type Word = (typeof words)[number]

const known: ReadonlySet<string> = new Set(words)

export function isWord(name: string): name is Word {
  return known.has(name)
}

const contentWords = ['image', 'image_url', 'audio', 'video', 'document', 'document_url', 'file_id', 'native_block'] as const satisfies readonly Word[]

/** Words of what is said, by the one field of a request in which a wire's clients say it. */
export function contentIn(field: string): { readonly [word in Word]?: string } {
  return Object.fromEntries(contentWords.map((word) => [word, field]))
}

/** Told of each thing that was left out or changed; the same word may come twice. */
export type Loss = (word: Word) => void

/**
 * What a wire cannot say. `drop` leaves it out and reports it; `refuse` answers 400, because without it the answer
 * would have another shape than the client asked for. In strict mode every word is refused.
 */
export type CannotSay = { readonly [word in Word]?: 'drop' | 'refuse' }

/** The words a request uses, of those that `cannotSay` names. */
export function lostWords(request: ChatRequest, cannotSay: CannotSay): Word[] {
  const used = new Set<Word>()
  const uses = (word: Word, does: boolean) => {
    if (does && cannotSay[word] !== undefined) used.add(word)
  }
  uses('seed', request.seed !== undefined)
  uses('frequency_penalty', (request.frequencyPenalty ?? 0) !== 0)
  uses('presence_penalty', (request.presencePenalty ?? 0) !== 0)
  uses('top_k', request.topK !== undefined)
  uses('top_p', request.topP !== undefined)
  uses('temperature', request.temperature !== undefined)
  uses('stop', (request.stop?.length ?? 0) > 0)
  uses('logprobs', request.logprobs !== undefined)
  uses('choices', (request.choices ?? 1) > 1)
  uses('format', request.format !== undefined && request.format.type !== 'text')
  uses('parallel_tools', request.parallelTools === false)
  uses('thinking', request.thinking !== undefined && request.thinking.mode !== 'off')
  uses('user', request.user !== undefined)
  uses('modalities', request.modalities?.some((kind) => kind !== 'text') ?? false)
  uses('stored_state', request.isContinued === true)
  uses('tool_choice', request.toolChoice !== undefined && request.toolChoice.mode !== 'auto')
  for (const tool of request.tools) {
    uses(tool.type === 'function' ? 'tools' : tool.type === 'custom' ? 'custom_tool' : 'hosted_tool', true)
    uses('strict_tool', tool.type === 'function' && tool.strict === true)
    uses('cache_mark', tool.type === 'function' && tool.cache !== undefined)
  }
  for (const turn of request.turns) for (const block of turn.blocks) blockWords(block, uses)
  return [...used]
}

function blockWords(block: Block, uses: (word: Word, does: boolean) => void): void {
  if (block.type === 'native') return uses('native_block', true)
  uses('cache_mark', block.cache !== undefined)
  uses('cache_ttl', block.cache?.ttl !== undefined)
  switch (block.type) {
    case 'text':
      uses('signature', block.signature !== undefined)
      return uses('citation', (block.citations?.length ?? 0) > 0)
    case 'reasoning':
      uses('reasoning', block.text !== '')
      uses('signature', block.signature !== undefined)
      return uses('redacted_reasoning', block.redacted !== undefined)
    case 'tool-call':
      return uses('signature', block.signature !== undefined)
    case 'tool-result':
      uses('tool_error', block.failed === true)
      uses(
        'tool_result_media',
        block.blocks.some(({ type }) => type === 'media' || type === 'document'),
      )
      for (const inner of block.blocks) blockWords(inner, uses)
      return
    case 'media':
      uses(block.kind, true)
      uses('image_url', block.kind === 'image' && isOnWeb(block.source))
      uses('image_detail', block.detail !== undefined)
      return uses('file_id', block.source.type === 'file')
    case 'document':
      uses('document', true)
      uses('document_url', isOnWeb(block.source))
      return uses('file_id', block.source.type === 'file')
    case 'refusal':
      return uses('refusal', true)
  }
}

/** Tells what a request of another wire's client says beside the form, which `wire` has no place for. Throws where a part of the prompt is kept by a vendor. */
export function loseRest({ rest, turns, tools }: ChatRequest, wire: WireName, lose: Loss): void {
  if (rest.wire === wire) return
  if (typeof rest.fields.cachedContent === 'string') throw unsayable('stored_state', 'cachedContent')
  for (const field in rest.fields) if (!asksNothing(field, rest.fields[field])) lose('unknown_field')
  for (const tool of tools) if (tool.type !== 'hosted' && isToldMore(tool.rest?.fields ?? {})) lose('unknown_field')
  for (const turn of turns) {
    if (typeof turn.rest?.fields.name === 'string') lose('turn_name')
    for (const block of turn.blocks) if (block.type === 'document') loseAbout(block.rest?.fields ?? {}, lose)
  }
}

const sealedThoughts = 'reasoning.encrypted_content'

/** What says nothing, and what the gateway sees to by itself: usage in a stream, proofs in an answer, that nothing is kept. */
function asksNothing(field: string, value: Json | undefined): boolean {
  if (value === null || field === 'stream_options') return true
  if (value === false) return field === 'stream' || field === 'store' || field === 'background' || field === 'logprobs'
  if (Array.isArray(value)) return value.every((item) => field === 'include' && item === sealedThoughts)
  return isObject(value) && Object.keys(value).length === 0
}

/** Examples of a tool's input, the shape of its results, and what its namespace is for are said to the model. */
function isToldMore({ input_examples: examples, response, about }: { readonly [field: string]: Json }): boolean {
  return examples !== undefined || isObject(response) || (isObject(about) && typeof about.description === 'string')
}

/** What a document is about is said to the model; that it is to be cited makes another answer. */
function loseAbout({ context, citations }: { readonly [field: string]: Json }, lose: Loss): void {
  if (typeof context === 'string') lose('unknown_field')
  if (isObject(citations) && citations.enabled === true) lose('citation')
}

const toolWords: ReadonlySet<string> = new Set<Word>(['tools', 'hosted_tool', 'custom_tool', 'strict_tool'])

/** What is answered where a word, or a field of the client's, may not be left out; `param` is the client's own name for it. */
export function unsayable(word: string, param = word): Failure {
  return new Failure(
    toolWords.has(word) ? 'unsupported_tool' : 'unsupported_parameter',
    `The model’s provider cannot be told \`${param}\`${param === word ? '' : ` (${word})`}, and the answer would not be what was asked for without it.`,
    { param },
  )
}

/** Where a cloud's own store has it, only that cloud's wire writes it. */
function isOnWeb(source: Source): boolean {
  return source.type === 'url' && !source.url.startsWith('s3:')
}
