/** The parts of a message's content: text, images, audio, files. */

import { isObject, present, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { Block, CacheMark, DocumentBlock, MediaBlock, NativeBlock, Source } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import type { Loss } from '../losses.ts'
import { kept, leftOf, own, ownWithin, spelling, wire } from './own.ts'

/** A part as a block. One that the form has no word for stays as it is, for this wire alone. */
export function readPart(part: Json): Block {
  if (!isObject(part)) return native('part', { value: part })
  const { type, ...said } = part
  const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type]!(said) : undefined
  return read ?? native(asText(type), part)
}

const readers: { readonly [type: string]: (said: JsonObject) => Block | undefined } = {
  text: ({ text, ...fields }) => (typeof text === 'string' ? { type: 'text', text, ...marks(fields), ...kept(fields) } : undefined),
  refusal: ({ refusal, ...fields }) => (typeof refusal === 'string' ? { type: 'refusal', text: refusal, ...kept(fields, { refusal: 'part' }) } : undefined),
  image_url: (said) => readLinked('image', said),
  video_url: (said) => readLinked('video', said),
  input_audio: readAudio,
  file: readFile,
  thinking: readThinking,
}

/** Some servers take the address alone, without its object. */
function readLinked(kind: 'image' | 'video', said: JsonObject): MediaBlock | undefined {
  const field = `${kind}_url`
  const { [field]: linked, ...fields } = said
  if (typeof linked === 'string') return { type: 'media', kind, source: readUrl(linked), ...marks(fields), ...kept(fields, { url: 'plain' }) }
  if (!isObject(linked) || typeof linked.url !== 'string') return undefined
  const { url, detail, ...inner } = linked
  const looks = typeof detail === 'string' ? { detail } : {}
  const left = detail === undefined || looks.detail ? inner : { ...inner, detail }
  return { type: 'media', kind, source: readUrl(url), ...looks, ...marks(fields), ...kept({ ...fields, ...leftOf(field, left) }) }
}

const audioTypes: { readonly [format: string]: string } = { wav: 'audio/wav', mp3: 'audio/mpeg' }
const audioFormats: { readonly [mime: string]: string } = { 'audio/wav': 'wav', 'audio/x-wav': 'wav', 'audio/mpeg': 'mp3', 'audio/mp3': 'mp3' }

function readAudio({ input_audio: audio, ...fields }: JsonObject): MediaBlock | undefined {
  if (!isObject(audio) || typeof audio.data !== 'string' || typeof audio.format !== 'string') return undefined
  const { data, format, ...inner } = audio as { data: string; format: string }
  const known = audioTypes[format]
  const source = { type: 'data', mime: known ?? `audio/${format}`, data } as const
  return { type: 'media', kind: 'audio', source, ...marks(fields), ...kept({ ...fields, ...leftOf('input_audio', inner) }, known ? {} : { format }) }
}

function readFile({ file, ...fields }: JsonObject): DocumentBlock | undefined {
  if (!isObject(file)) return undefined
  const { file_data: data, file_id: id, filename, ...inner } = file
  const source: Source | undefined = typeof data === 'string' ? readUrl(data) : typeof id === 'string' ? { type: 'file', id } : undefined
  if (source === undefined) return undefined
  const named = typeof filename === 'string' ? { name: filename } : {}
  const left = present({ ...inner, file_id: typeof data === 'string' ? id : undefined, filename: named.name === undefined ? filename : undefined })
  return {
    type: 'document',
    source,
    ...named,
    ...marks(fields),
    ...kept({ ...fields, ...leftOf('file', left) }, named.name === undefined ? { name: 'absent' } : {}),
  }
}

/** Some servers tell reasoning as a part of the content: `{ type: 'thinking', thinking: [{ type: 'text', text }] }`. */
function readThinking({ thinking, ...fields }: JsonObject): Block | undefined {
  if (!Array.isArray(thinking) || thinking.length !== 1) return undefined
  const [only] = thinking
  if (!isObject(only) || only.type !== 'text' || typeof only.text !== 'string' || Object.keys(only).length !== 2) return undefined
  return { type: 'reasoning', text: only.text, ...kept(fields, { reasoning: 'part' }) }
}

/** Clients that speak to several vendors mark parts for caching in the way of the vendors that want it. The field itself is kept, too. */
function marks({ cache_control: control }: JsonObject): { readonly cache?: CacheMark } {
  if (!isObject(control) || control.type !== 'ephemeral') return {}
  return { cache: control.ttl === '5m' || control.ttl === '1h' ? { ttl: control.ttl } : {} }
}

function native(name: string, part: JsonObject): NativeBlock {
  return { type: 'native', name, rest: { wire, fields: part } }
}

function readUrl(url: string): Source {
  const head = /^data:([^;,]+);base64,/.exec(url)
  return head ? { type: 'data', mime: head[1]!, data: url.slice(head[0].length) } : { type: 'url', url }
}

/** All parts that the wire has for these blocks. */
export function writeParts(blocks: readonly Block[], lose: Loss): JsonObject[] {
  const parts: JsonObject[] = []
  for (const block of blocks) {
    const part = writePart(block, lose)
    if (part !== undefined) parts.push(part)
  }
  return parts
}

/** A block as a part. Undefined, and told, where the wire has none for it; throws `Failure` where leaving it out would change the question. */
function writePart(block: Block, lose: Loss): JsonObject | undefined {
  if (block.type !== 'native' && block.cache && block.rest?.wire !== wire) lose('cache_mark')
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text, ...own(block.rest) }
    case 'refusal':
      return { type: 'refusal', refusal: block.text, ...own(block.rest) }
    case 'reasoning':
      return { type: 'thinking', thinking: [{ type: 'text', text: block.text }], ...own(block.rest) }
    case 'media':
      return writeMedia(block)
    case 'document':
      return writeDocument(block)
    case 'native':
      if (block.rest.wire === wire) return block.rest.fields
      lose('native_block')
      return undefined
    case 'tool-call':
    case 'tool-result':
      return undefined
  }
}

function writeMedia(block: MediaBlock): JsonObject {
  const { kind, source, rest } = block
  if (kind === 'audio') {
    if (source.type !== 'data') throw unsayable('audio that is not in the request itself')
    const format = spelling(rest, 'format') ?? audioFormats[source.mime] ?? source.mime.slice(source.mime.indexOf('/') + 1)
    return { type: 'input_audio', ...own(rest), input_audio: { data: source.data, format, ...ownWithin(rest, 'input_audio') } }
  }
  const field = `${kind}_url`
  const url = writeUrl(source, kind)
  const linked = spelling(rest, 'url') === 'plain' ? url : { ...present({ url, detail: block.detail }), ...ownWithin(rest, field) }
  return { type: field, ...own(rest), [field]: linked }
}

/** The wire has no part for documents of plain text, and needs none. It asks for a name with the bytes of others. */
function writeDocument({ source, name, rest }: DocumentBlock): JsonObject {
  if (source.type === 'text') return { type: 'text', text: source.text }
  if (source.type === 'url') throw unsayable('a document by its address')
  const isUnnamed = name === undefined && source.type === 'data' && spelling(rest, 'name') !== 'absent'
  const filename = isUnnamed ? `document.${source.mime.slice(source.mime.indexOf('/') + 1)}` : name
  const said = source.type === 'file' ? { file_id: source.id, filename } : { filename, file_data: writeUrl(source, 'document') }
  return { type: 'file', ...own(rest), file: { ...present(said), ...ownWithin(rest, 'file') } }
}

function writeUrl(source: Source, what: string): string {
  if (source.type === 'url') return source.url
  if (source.type === 'data') return `data:${source.mime};base64,${source.data}`
  throw unsayable(`this kind of ${what}`)
}

function unsayable(what: string): Failure {
  return new Failure('unsupported_parameter', `The model’s provider cannot be given ${what}.`, { param: 'messages' })
}
