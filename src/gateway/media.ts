/** Media that a client names by URL, brought as bytes to a provider that takes no URLs. */

import type { Block, ChatRequest, Turn } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'
import type { UpstreamWire } from '../wires/wire.ts'
import type { Call } from './call.ts'
import type { Gateway } from './gateway.ts'

/** Whether the call names media in a way that the wire cannot. */
export function lacksBytes(call: Call, wire: UpstreamWire): boolean {
  return takesNoUrls(wire) && wire.name !== call.surface.name && call.request.turns.some(({ blocks }) => blocks.some(isNamed))
}

export function takesNoUrls({ cannotSay }: UpstreamWire): boolean {
  return cannotSay.image_url !== undefined || cannotSay.document_url !== undefined
}

/** The request with bytes in the place of URLs; they are fetched once for a call, however many targets are tried. Throws `Failure` (`invalid_value`). */
export async function withBytes(call: Call, { media }: Gateway): Promise<ChatRequest> {
  if (media === undefined) throw new Failure('unsupported_parameter', 'The model’s provider takes media as bytes alone, and this gateway fetches none.')
  const cancel = new AbortController()
  call.client.onGone(() => cancel.abort())
  const fetched = new Map<string, { readonly mime: string; readonly data: string }>()
  let room = media.room
  for (const url of urlsIn(call.request.turns)) {
    const { mime, bytes } = await media.fetch(url, room, cancel.signal)
    room -= bytes.length
    fetched.set(url, { mime, data: bytes.toString('base64') })
  }
  const bring = (block: Block): Block => {
    if (block.type === 'tool-result') return { ...block, blocks: block.blocks.map(bring) }
    if ((block.type !== 'media' && block.type !== 'document') || block.source.type !== 'url') return block
    const { mime, data } = fetched.get(block.source.url)!
    const known = block.type === 'media' ? mime.startsWith(`${block.kind}/`) : mime !== ''
    return { ...block, source: { type: 'data', mime: known ? mime : (block.source.mime ?? mime), data } }
  }
  return { ...call.request, turns: call.request.turns.map((turn) => ({ ...turn, blocks: turn.blocks.map(bring) })) }
}

function isNamed(block: Block): boolean {
  if (block.type === 'tool-result') return block.blocks.some(isNamed)
  return (block.type === 'media' || block.type === 'document') && block.source.type === 'url' && !block.source.url.startsWith('s3:')
}

/** More in one call is no conversation. */
const mostUrls = 50

function urlsIn(turns: readonly Turn[]): ReadonlySet<string> {
  const urls = new Set<string>()
  const look = (block: Block): void => {
    if (block.type === 'tool-result') block.blocks.forEach(look)
    else if (isNamed(block) && 'source' in block && block.source.type === 'url') urls.add(block.source.url)
  }
  for (const { blocks } of turns) blocks.forEach(look)
  if (urls.size > mostUrls) throw new Failure('too_many_items', `The request names more than ${mostUrls} media by URL, and the provider takes bytes alone.`)
  return urls
}
