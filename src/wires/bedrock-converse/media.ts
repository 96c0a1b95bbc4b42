/** Images, audio, video and documents: told by a format and by where their bytes are. */

import { isObject, asText, type Json, type JsonObject } from '../../base/json.ts'
import type { DocumentBlock, MediaBlock, Source } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { kept, own, tagOf, type Writing } from './own.ts'

type Kind = MediaBlock['kind'] | 'document'

/** The formats of each kind, with the type that each is. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html */
const formats: { readonly [kind in Kind]: { readonly [format: string]: string } } = {
  image: { png: 'image/png', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' },
  audio: {
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    flac: 'audio/flac',
    ogg: 'audio/ogg',
    opus: 'audio/opus',
    aac: 'audio/aac',
    m4a: 'audio/mp4',
    webm: 'audio/webm',
    pcm: 'audio/pcm',
  },
  video: {
    mp4: 'video/mp4',
    mov: 'video/quicktime',
    mkv: 'video/x-matroska',
    webm: 'video/webm',
    flv: 'video/x-flv',
    mpeg: 'video/mpeg',
    wmv: 'video/x-ms-wmv',
    three_gp: 'video/3gpp',
  },
  document: {
    pdf: 'application/pdf',
    txt: 'text/plain',
    md: 'text/markdown',
    csv: 'text/csv',
    html: 'text/html',
    doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  },
}

/** Other names of those types. */
const aliases: { readonly [mime: string]: string } = {
  'image/jpg': 'jpeg',
  'audio/mp3': 'mp3',
  'audio/x-wav': 'wav',
  'audio/x-aac': 'aac',
  'audio/x-m4a': 'm4a',
  'text/x-markdown': 'md',
}

const byMime: ReadonlyMap<string, string> = new Map([
  ...Object.values(formats).flatMap((known) => Object.entries(known).map(([format, mime]) => [mime, format] as const)),
  ...Object.entries(aliases),
])

const plainTypes = /^(text\/|application\/(json|xml|yaml)\b)/

function formatOf(kind: Kind, mime: string | undefined): string | undefined {
  const format = mime === undefined ? undefined : byMime.get(mime)
  if (format !== undefined && Object.hasOwn(formats[kind], format)) return format
  return kind === 'document' && mime !== undefined && plainTypes.test(mime) ? 'txt' : undefined
}

/** Undefined where it is said in a way that the form has no word for. */
export function readMedium(kind: Kind, said: Json): MediaBlock | DocumentBlock | undefined {
  if (!isObject(said) || !isObject(said.source)) return undefined
  const { format, source: place, ...fields } = said
  const mime = typeof format === 'string' && Object.hasOwn(formats[kind], format) ? formats[kind][format] : undefined
  const source = readSource(place, mime)
  if (source === undefined) return undefined
  if (mime === undefined && format !== undefined) fields.format = format
  if (tagOf(place) !== 'bytes' && JSON.stringify(writeSource(source)) !== JSON.stringify(place)) fields.source = place
  if (kind !== 'document') return { type: 'media', kind, source, ...kept(fields) }
  const { name, ...others } = fields
  return typeof name === 'string' ? { type: 'document', source, name, ...kept(others) } : { type: 'document', source, ...kept(fields) }
}

function readSource(place: JsonObject, mime: string | undefined): Source | undefined {
  const typed = mime === undefined ? {} : { mime }
  const { bytes, s3Location: stored, text, content } = place
  switch (tagOf(place)) {
    case 'bytes':
      return typeof bytes === 'string' ? { type: 'data', mime: mime ?? 'application/octet-stream', data: bytes } : undefined
    case 's3Location':
      return isObject(stored) ? { type: 'url', url: asText(stored.uri), ...typed } : undefined
    case 'text':
      return { type: 'text', text: asText(text), ...typed }
    case 'content':
      return Array.isArray(content) ? { type: 'text', text: content.map((part) => (isObject(part) ? asText(part.text) : '')).join('\n'), ...typed } : undefined
    default:
      return undefined
  }
}

/** Undefined where a client cannot be shown it. Throws `unsupported_parameter` where a provider cannot. */
export function writeMedium(block: MediaBlock | DocumentBlock, writing: Writing): JsonObject | undefined {
  const kind = block.type === 'document' ? 'document' : block.kind
  const fields = own(block.rest)
  const source = fields.source ?? writeSource(block.source)
  const format = fields.format ?? formatOf(kind, fields.source === undefined ? mimeOf(block.source) : block.source.mime)
  const isWhole = source !== undefined && (format !== undefined || (kind === 'document' && writing.isOwn))
  if (!isWhole) {
    if (writing.to === 'provider') throw unsupported(kind, source === undefined)
    return undefined
  }
  if (block.type === 'media' && block.detail !== undefined) writing.lose('image_detail')
  const name = block.type === 'document' && { name: writing.isOwn && block.name !== undefined ? block.name : newName(block.name, writing.names) }
  return { [kind]: { ...fields, ...(format !== undefined && { format }), ...name, source } }
}

function unsupported(kind: Kind, isElsewhere: boolean): Failure {
  const sentence = isElsewhere ? `This model takes the bytes of ${kind} content, or where it is in S3.` : `This model takes no ${kind} content of that format.`
  return new Failure('unsupported_parameter', sentence, { param: 'messages' })
}

/** Texts go as the bytes of a text file, which every model takes. */
function writeSource(source: Source): JsonObject | undefined {
  switch (source.type) {
    case 'data':
      return { bytes: source.data }
    case 'url':
      return source.url.startsWith('s3:') ? { s3Location: { uri: source.url } } : undefined
    case 'text':
      return { bytes: Buffer.from(source.text).toString('base64') }
    case 'file':
      return undefined
  }
}

/** What is stored may say what it is by its name alone. */
function mimeOf(source: Source): string | undefined {
  if (source.type === 'url' && source.mime === undefined) {
    const ending = /\.([a-z0-9]+)$/i.exec(source.url)?.[1]?.toLowerCase() ?? ''
    const known: { readonly [ending: string]: string } = { ...formats.document, ...formats.audio, ...formats.video, ...formats.image, jpg: 'image/jpeg' }
    return Object.hasOwn(known, ending) ? known[ending] : undefined
  }
  return source.mime ?? (source.type === 'text' ? 'text/plain' : undefined)
}

/** Names may have letters, digits, single spaces, hyphens and brackets, and none twice in a request. */
function newName(name: string | undefined, names: Set<string>): string {
  const plain = (name ?? '')
    .replace(/[^a-zA-Z0-9\s()[\]-]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 190)
  const first = plain === '' ? 'document' : plain
  let unique = first
  for (let next = 2; names.has(unique); next += 1) unique = `${first} (${next})`
  names.add(unique)
  return unique
}
