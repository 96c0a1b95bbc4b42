/** Media that a client names by URL, brought as bytes to a provider that takes no URLs. */

import type { Block, ChatRequest } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'
import type { UpstreamWire } from '../wires/wire.ts'
import type { Call } from './call.ts'
import type { Gateway } from './gateway.ts'

/** What the call names in a way that the wire cannot, and nobody has fetched yet. */
export function missingBytes(call: Call, wire: UpstreamWire): readonly string[] {
  if (takesUrls(wire) || wire.name === call.surface.name) return nothing
  const urls = call.request.turns.flatMap(({ blocks }) => blocks.flatMap((block) => urlsIn(block, wire)))
  return urls.filter((url, at) => call.brought?.has(url) !== true && urls.indexOf(url) === at)
}

const nothing: readonly string[] = []

const takesUrls = ({ cannotSay }: UpstreamWire): boolean => cannotSay.image_url === undefined && cannotSay.document_url === undefined

/** More in one call is no conversation. */
const mostUrls = 50

/** Fetches them once for a call, however many targets are tried. Throws `Failure` (`invalid_value`). */
export async function bringBytes(call: Call, urls: readonly string[], { media }: Gateway): Promise<void> {
  if (media === undefined) throw new Failure('unsupported_parameter', 'The model’s provider takes media as bytes alone, and this gateway fetches none.')
  if (urls.length > mostUrls) throw new Failure('too_many_items', `The request names more than ${mostUrls} media by URL, and the provider takes bytes alone.`)
  const cancel = new AbortController()
  call.client.onGone(() => cancel.abort())
  const brought = (call.brought ??= new Map())
  let room = media.room
  for (const url of urls) {
    const { mime, bytes } = await media.bring(url, room, cancel.signal)
    room -= bytes.length
    brought.set(url, { mime, data: bytes.toString('base64') })
  }
}

/** The request as this wire can say it: the same where nothing was brought for it. */
export function withBytes({ request, brought }: Call, wire: UpstreamWire): ChatRequest {
  if (brought === undefined || takesUrls(wire)) return request
  const bring = (block: Block): Block => {
    if (block.type === 'tool-result') return { ...block, blocks: block.blocks.map(bring) }
    const found = isLacking(block, wire) ? brought.get(block.source.url) : undefined
    if (!found || !isLacking(block, wire)) return block
    const isTold = block.type === 'media' ? found.mime.startsWith(`${block.kind}/`) : found.mime !== ''
    return { ...block, source: { type: 'data', mime: isTold ? found.mime : (block.source.mime ?? found.mime), data: found.data } }
  }
  return { ...request, turns: request.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map(bring) })) }
}

function urlsIn(block: Block, wire: UpstreamWire): readonly string[] {
  if (block.type === 'tool-result') return block.blocks.flatMap((inner) => urlsIn(inner, wire))
  return isLacking(block, wire) ? [block.source.url] : nothing
}

type Named = Extract<Block, { type: 'media' | 'document' }> & { readonly source: { readonly type: 'url'; readonly url: string; readonly mime?: string } }

/** Addresses of one cloud's own store are its models' to read. */
function isLacking(block: Block, { cannotSay }: UpstreamWire): block is Named {
  if (block.type !== 'media' && block.type !== 'document') return false
  const word = block.type === 'document' ? cannotSay.document_url : cannotSay.image_url
  return word !== undefined && block.source.type === 'url' && /^https?:/i.test(block.source.url)
}
