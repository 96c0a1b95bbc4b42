/** What the names of fields say of the texts below them, in the bodies of all APIs. */

import type { JsonObject } from '../base/json.ts'
import type { Speaker } from './detector.ts'

/** What stands at the top of a body and says nothing to a model. */
// oxfmt-ignore
export const settings: ReadonlySet<string> = new Set([
  'model', 'stream', 'service_tier', 'serviceTier', 'reasoning_effort', 'truncation', 'include', 'modalities', 'voice', 'encoding_format', 'output_format',
  'quality', 'size', 'background', 'moderation', 'previous_response_id', 'prompt_cache_key', 'prompt_cache_retention', 'verbosity', 'anthropic_version',
])

/** Fields whose speaker is known by their name, wherever they stand. */
const speakerOfField: ReadonlyMap<string, Speaker> = new Map([
  ['system', 'system'],
  ['systemInstruction', 'system'],
  ['system_instruction', 'system'],
  ['instructions', 'system'],
  ['tools', 'system'],
  ['functions', 'system'],
  ['toolConfig', 'system'],
  ['documents', 'tool'],
  ['functionResponse', 'tool'],
  ['function_response', 'tool'],
  ['toolResult', 'tool'],
  ['tool_results', 'tool'],
  ['functionCall', 'assistant'],
  ['function_call', 'assistant'],
  ['toolUse', 'assistant'],
  ['tool_calls', 'assistant'],
  ['prediction', 'assistant'],
])

const speakerOfRole: ReadonlyMap<string, Speaker> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['model', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
])

/** Items and parts that say what they are: `function_call_output`, `tool_result`, `web_search_tool_result`, `tool_use`, `reasoning`, … */
export function speakerOf(object: JsonObject, inherited: Speaker): Speaker {
  const { role, type } = object
  if (typeof role === 'string') return speakerOfRole.get(role) ?? inherited
  if (typeof type !== 'string' || inherited === 'system') return inherited
  if (type.endsWith('_output') || type.endsWith('_result')) return 'tool'
  return type.endsWith('_call') || type.endsWith('_use') || type === 'reasoning' || type === 'thinking' ? 'assistant' : inherited
}

/** Fields that hold a word of the API, or a name that it gave. */
// oxfmt-ignore
const wordFields: ReadonlySet<string> = new Set([
  'type', 'role', 'id', 'tool_call_id', 'tool_use_id', 'toolUseId', 'call_id', 'mime_type', 'mimeType', 'media_type', 'format', 'detail', 'status', 'ttl', 'taskType',
])

/** Below these a client's own objects stand, whose fields may be called anything. */
const freeFields: ReadonlySet<string> = new Set(['input', 'args', 'arguments', 'response', 'result', 'json', 'metadata', 'variables', 'structuredContent'])

/** Where bytes stand: media, files, and proofs that a vendor put on its model's words. */
// oxfmt-ignore
const byteFields: ReadonlySet<string> = new Set([
  'data', 'file_data', 'url', 'image_url', 'bytes', 'b64_json', 'signature', 'thoughtSignature', 'thought_signature', 'encrypted_content', 'image', 'images', 'redactedContent',
])

/** Names that most requests have: they need not be held against the pattern. */
// oxfmt-ignore
const usualFields: readonly string[] = ['messages', 'content', 'text', 'contents', 'parts', 'name', 'function', 'parameters', 'description', 'properties']

/** Names of fields that APIs have; those with a letter alone in each part are no secret either. */
const fieldPattern = /^[A-Za-z_$][\w$-]{0,39}$/

/** All that a name says. */
export interface Field {
  /** Who says what is below it, wherever it stands. */
  readonly speaker: Speaker | undefined
  readonly holdsWord: boolean
  readonly holdsBytes: boolean
  readonly isFree: boolean
  /** A name that no API has: somebody may have written into it. */
  readonly isOdd: boolean
}

export const plainField: Field = { speaker: undefined, holdsWord: false, holdsBytes: false, isFree: false, isOdd: false }
const oddField: Field = { ...plainField, isOdd: true }

const known: ReadonlyMap<string, Field> = new Map(
  [...speakerOfField.keys(), ...wordFields, ...freeFields, ...byteFields, ...usualFields].map((name) => [
    name,
    { speaker: speakerOfField.get(name), holdsWord: wordFields.has(name), holdsBytes: byteFields.has(name), isFree: freeFields.has(name), isOdd: false },
  ]),
)

export const fieldOf = (name: string): Field => known.get(name) ?? (fieldPattern.test(name) ? plainField : oddField)
