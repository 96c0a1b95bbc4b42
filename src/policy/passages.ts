/** The texts of a request's body, whatever API it is of: whose each one is, and where it stands, so that another can be put in its place. */

import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { base64Text, isBase64, isTextual, toBase64, type Sealed } from './base64.ts'
import type { Passage, Speaker } from './detector.ts'
import { mendJson, unescapeJson } from './json-text.ts'

type Path = readonly (string | number)[]

export interface PlacedPassage extends Passage {
  readonly path: Path
  /** The name of a field that is no word of any API; or text that stands there in base64. Absent: a plain string. */
  readonly spelled?: 'key' | Sealed
}

export interface Passages {
  readonly list: readonly PlacedPassage[]
  /** Media that nobody looked into, and their characters. */
  readonly media: { readonly count: number; readonly characters: number }
  /** False where there are more texts than are looked at. */
  readonly isWhole: boolean
}

/** Another text in the place of one. */
export interface Edit {
  readonly passage: PlacedPassage
  readonly text: string
}

/** Every string of the body counts, also in fields that nobody knows: nothing gets by for being new. `promptFields` are the wire's. */
export function passagesOf(body: JsonObject, promptFields: readonly string[]): Passages {
  const reader = new Reader(mostPassages)
  for (const key in body) {
    if (settings.has(key)) continue
    const from = speakerOfField.get(key) ?? (promptFields.includes(key) ? 'user' : 'system')
    reader.read(body[key]!, { path: [key], from, key, isFree: false, mime: undefined, isText: false })
  }
  return { list: reader.list, media: reader.media, isWhole: reader.isWhole }
}

/** The texts of any value, as one speaker's. */
export function passagesIn(value: Json, from: Speaker): readonly PlacedPassage[] {
  const reader = new Reader(Infinity)
  reader.read(value, { path: [], from, key: '', isFree: false, mime: undefined, isText: false })
  return reader.list
}

/** A new body with these texts in it; what did not change is the same in both. */
export function replaceTexts(body: JsonObject, edits: readonly Edit[]): JsonObject {
  let edited: Json = body
  const copies = new Set<Json>()
  // Names of fields last: the paths of all others go through them.
  const inOrder = edits.toSorted((one, other) => Number(one.passage.spelled === 'key') - Number(other.passage.spelled === 'key') || deeper(one, other))
  for (const { passage, text } of inOrder) edited = put(edited, passage, { text, at: 0, copies })
  return edited as JsonObject
}

const deeper = (one: Edit, other: Edit): number => other.passage.path.length - one.passage.path.length

interface Putting {
  readonly text: string
  readonly at: number
  /** Made for these edits, so they may be written to. */
  readonly copies: Set<Json>
}

function put(value: Json, passage: PlacedPassage, { text, at, copies }: Putting): Json {
  const { path, spelled } = passage
  if (at === path.length) {
    if (typeof spelled === 'object') return toBase64(text, spelled)
    return path.at(-1) === 'arguments' && typeof value === 'string' ? mendJson(value, text) : text
  }
  const copy = copies.has(value) ? value : copyOf(value)
  copies.add(copy)
  const key = path[at]!
  if (spelled === 'key' && at === path.length - 1) return renamed(copy as JsonObject, String(key), text)
  const holder = copy as { [key: string | number]: Json }
  holder[key] = put(holder[key]!, passage, { text, at: at + 1, copies })
  return copy
}

const copyOf = (value: Json): Json => (Array.isArray(value) ? [...value] : { ...(value as JsonObject) })

/** In the order they stand in; by definition, since a field may be called `__proto__`. */
function renamed(object: JsonObject, from: string, to: string): JsonObject {
  for (const [key, value] of Object.entries(object)) {
    delete object[key]
    Object.defineProperty(object, key === from ? to : key, { value, writable: true, enumerable: true, configurable: true })
  }
  return object
}

/** What stands at the top of a body and says nothing to a model. */
// oxfmt-ignore
const settings: ReadonlySet<string> = new Set([
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
function speakerOf(object: JsonObject, inherited: Speaker): Speaker {
  const { role, type } = object
  if (typeof role === 'string') return speakerOfRole.get(role) ?? inherited
  if (typeof type !== 'string' || inherited === 'system') return inherited
  if (type.endsWith('_output') || type.endsWith('_result')) return 'tool'
  return type.endsWith('_call') || type.endsWith('_use') || type === 'reasoning' || type === 'thinking' ? 'assistant' : inherited
}

/** Fields that hold a word of the API, or a name that it gave. */
// oxfmt-ignore
const words: ReadonlySet<string> = new Set([
  'type', 'role', 'id', 'tool_call_id', 'tool_use_id', 'toolUseId', 'call_id', 'mime_type', 'mimeType', 'media_type', 'format', 'detail', 'status', 'ttl', 'taskType',
])
const wordPattern = /^[\w.:/+-]{1,128}$/

/** Below these a client's own objects stand, whose fields may be called anything. */
const freeFields: ReadonlySet<string> = new Set(['input', 'args', 'arguments', 'response', 'result', 'json', 'metadata', 'variables', 'structuredContent'])

/** Names of fields that APIs have; those with a letter alone in each part are no secret either. */
const fieldPattern = /^[A-Za-z_$][\w$-]{0,39}$/

/** Where bytes stand: media, files, and proofs that a vendor put on its model's words. */
// oxfmt-ignore
const byteFields: ReadonlySet<string> = new Set([
  'data', 'file_data', 'url', 'image_url', 'bytes', 'b64_json', 'signature', 'thoughtSignature', 'thought_signature', 'encrypted_content', 'image', 'images', 'redactedContent',
])

/** Numbers of so many digits may be an account's, or a person's. */
const leastNumber = 1e6

interface Place {
  readonly path: Path
  readonly from: Speaker
  /** The nearest name above it. */
  readonly key: string
  readonly isFree: boolean
  /** What the object around it says that its bytes are. */
  readonly mime: string | undefined
  /** The object around it says that it holds plain text, whatever that looks like. */
  readonly isText: boolean
}

/** Texts and fields of one body, each of which takes about a microsecond: what a model is asked has far less of them. */
const mostPassages = 100_000

class Reader {
  readonly list: PlacedPassage[] = []
  readonly media = { count: 0, characters: 0 }
  readonly #most: number
  #seen = 0

  constructor(most: number) {
    this.#most = most
  }

  get isWhole(): boolean {
    return this.#seen <= this.#most
  }

  read(value: Json, place: Place): void {
    this.#seen += 1
    if (!this.isWhole) return
    if (typeof value === 'string') this.#text(value, place)
    else if (typeof value === 'number') {
      if (Math.abs(value) >= leastNumber && place.path.length > 1) this.list.push({ from: place.from, text: String(value), path: place.path })
    } else if (Array.isArray(value)) this.#list(value, place)
    else if (isObject(value)) this.#object(value, place)
  }

  #list(list: readonly Json[], place: Place): void {
    for (let at = 0; at < list.length && this.isWhole; at++) {
      const item = list[at]!
      // Texts may come as lists of a million tokens.
      if (typeof item !== 'number' || Math.abs(item) >= leastNumber) this.read(item, { ...place, path: [...place.path, at] })
    }
  }

  #object(object: JsonObject, { path, from: inherited, key: above, isFree }: Place): void {
    // A number that was kept as it was spelled; nothing else in a body is frozen.
    if (Object.isFrozen(object) && typeof object.rawJSON === 'string') {
      this.list.push({ from: inherited, text: object.rawJSON, path })
      return
    }
    const from = isFree ? inherited : speakerOf(object, inherited)
    const mime = object.media_type ?? object.mimeType ?? object.mime_type
    for (const key in object) {
      const value = object[key]!
      const inside = [...path, key]
      if (isFree || !fieldPattern.test(key)) this.list.push({ from, text: key, path: inside, spelled: 'key' })
      const entersFree = path.length > 1 && freeFields.has(key) && typeof value === 'object'
      const speaker = isFree || from === 'system' ? from : (speakerOfField.get(key) ?? from)
      this.read(value, {
        path: inside,
        from: speaker,
        key: isFree ? above : key,
        isFree: isFree || entersFree,
        mime: typeof mime === 'string' ? mime : undefined,
        isText: object.type === 'text',
      })
    }
  }

  #text(text: string, { path, from, key, isFree, mime, isText }: Place): void {
    if (text === '' || (!isFree && words.has(key) && wordPattern.test(text))) return
    const isBytes = !isFree && !isText && byteFields.has(key) && isBase64(text, mime)
    if (!isBytes) this.list.push({ from, text: unescapeJson(text), path })
    else if (isTextual(text, mime)) {
      const { text: said, sealed } = base64Text(text)
      this.list.push({ from, text: said, path, spelled: sealed })
    } else {
      this.media.count += 1
      this.media.characters += text.length
    }
  }
}
