/** Images, audio, video and documents: as bytes in the request, or as an address. https://ai.google.dev/gemini-api/docs/file-input-methods */

import { isObject, present, asText, type JsonObject } from '../../base/json.ts'
import type { DocumentBlock, MediaBlock, Source } from '../../canonical/chat.ts'
import { Failure } from '../../canonical/failure.ts'
import { kept, leftOf, own, ownWithin, type Writing } from './own.ts'

type Medium = MediaBlock | DocumentBlock

/** What lies in a store of Google's own. */
const stored = /^(gs:|files\/|https:\/\/generativelanguage\.googleapis\.com\/)/

/** Undefined where the part is no medium, or says nothing of where it is. */
export function readMedium({ inlineData, fileData, ...fields }: JsonObject): Medium | undefined {
  if (isObject(inlineData) && typeof inlineData.data === 'string') {
    const { mimeType, data, ...inner } = inlineData as JsonObject & { data: string }
    return blockOf({ type: 'data', mime: asText(mimeType), data }, { ...fields, ...leftOf('inlineData', inner) })
  }
  if (!isObject(fileData) || typeof fileData.fileUri !== 'string') return undefined
  const { mimeType, fileUri, ...inner } = fileData as JsonObject & { fileUri: string }
  const mime = typeof mimeType === 'string' ? { mime: mimeType } : {}
  return blockOf(stored.test(fileUri) ? { type: 'file', id: fileUri, ...mime } : { type: 'url', url: fileUri, ...mime }, {
    ...fields,
    ...leftOf('fileData', inner),
  })
}

function blockOf(source: Source & { readonly mime?: string }, fields: JsonObject): Medium {
  const [, kind] = /^(image|audio|video)\//.exec(source.mime ?? '') ?? []
  if (kind !== undefined) return { type: 'media', kind: kind as MediaBlock['kind'], source, ...kept(fields) }
  const rest = kept(fields)
  const name = ownWithin(rest.rest, 'inlineData').displayName ?? ownWithin(rest.rest, 'fileData').displayName
  return { type: 'document', source, ...(typeof name === 'string' && { name }), ...rest }
}

/** Other names for types that Google knows. */
const known: { readonly [mime: string]: string } = {
  'image/jpg': 'image/jpeg',
  'audio/mpeg': 'audio/mp3',
  'audio/x-wav': 'audio/wav',
  'audio/wave': 'audio/wav',
  'audio/x-aac': 'audio/aac',
  'audio/x-flac': 'audio/flac',
  'audio/x-aiff': 'audio/aiff',
}

/** https://ai.google.dev/gemini-api/docs/audio#supported-formats, and what Vertex AI takes beside. */
const audioTypes: ReadonlySet<string> = new Set(['wav', 'mp3', 'aiff', 'aac', 'ogg', 'flac', 'm4a', 'mp4', 'webm', 'opus', 'pcm', 'l16'])

/** The type of what an address leads to, where nobody said it: the vendor wants one. */
const byEnding: { readonly [ending: string]: string } = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  heic: 'image/heic',
  gif: 'image/gif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  html: 'text/html',
  wav: 'audio/wav',
  mp3: 'audio/mp3',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
}
const byKind = { image: 'image/jpeg', audio: 'audio/mp3', video: 'video/mp4', document: 'application/pdf' } as const

/** Throws `unsupported_parameter` for audio in a form that no model hears, and for the store of another vendor. */
export function writeMedium(block: Medium, { isOwn, to }: Writing): JsonObject {
  const { source, rest } = block
  const { inlineData, fileData, ...fields } = own(rest)
  const mimeType = isOwn || to === 'client' ? ('mime' in source ? source.mime : undefined) : mimeOf(block)
  switch (source.type) {
    case 'data':
      return { ...fields, inlineData: { ...(inlineData as JsonObject), ...present({ mimeType }), data: source.data } }
    case 'text':
      return { ...fields, inlineData: { mimeType: 'text/plain', data: Buffer.from(source.text).toString('base64') } }
    case 'file':
      if (!stored.test(source.id)) throw unsupported('A file in the store of another vendor cannot be given to this model.')
      return { ...fields, fileData: { ...(fileData as JsonObject), ...present({ mimeType }), fileUri: source.id } }
    case 'url':
      return { ...fields, fileData: { ...(fileData as JsonObject), ...present({ mimeType }), fileUri: source.url } }
  }
}

function mimeOf(block: Medium): string {
  const { source } = block
  const kind = block.type === 'media' ? block.kind : 'document'
  const ending = source.type === 'url' ? (/\.([a-z0-9]{2,4})(?:[?#]|$)/i.exec(source.url)?.[1] ?? '').toLowerCase() : ''
  const said = source.mime ?? (Object.hasOwn(byEnding, ending) ? byEnding[ending]! : byKind[kind])
  const mime = Object.hasOwn(known, said) ? known[said]! : said
  if (kind === 'audio' && !audioTypes.has(mime.replace(/^audio\/|;.*$/g, ''))) throw unsupported('This model does not hear audio of that type.')
  return mime
}

function unsupported(message: string): Failure {
  return new Failure('unsupported_parameter', message, { param: 'messages' })
}
