/** Takes a request from its client: a body of JSON whole, a form with files as far as it must be known. */

import { boundaryOf } from '../base/multipart.ts'
import { Failure } from '../canonical/failure.ts'
import type { Surface } from '../surfaces/surface.ts'
import { checkEncoding, checkHeaders, parseBody } from './body.ts'
import { Call, type AnyCall } from './call.ts'
import { readExtensions } from './extensions.ts'
import type { Gateway } from './gateway.ts'
import { Upload } from './upload.ts'

type Parts = Pick<AnyCall, 'surface' | 'client' | 'caller' | 'snapshot'>

export async function take(parts: Parts, gateway: Gateway): Promise<AnyCall> {
  if (gateway.isDraining) throw new Failure('shutting_down', 'The gateway is about to stop.')
  checkRoom(0, gateway)
  const { surface, client, snapshot } = parts
  if ('takesForm' in surface && surface.takesForm) return takeForm(parts, gateway)
  checkHeaders(client.headers)
  const bytes = await client.read(snapshot.limits.body)
  checkRoom(bytes.length, gateway)
  const body = parseBody(bytes, snapshot.limits)
  surface.wire.checkRequest(body.object)
  if ('check' in surface) surface.check?.(body.object)
  // One class for all: which of them it is, the surface says.
  const extensions = readExtensions(body.object, client.headers, parts)
  return new Call<Surface>({ surface, client, caller: parts.caller, snapshot, extensions, body }) as AnyCall
}

/** A little later there may be room. */
const retryAfterMs = 2000

function checkRoom(bytes: number, gateway: Gateway): void {
  if (!gateway.hasRoomFor(bytes)) throw new Failure('overloaded', 'The gateway has too little memory left for another call.', { retryAfterMs })
}

const noBytes = Buffer.alloc(0)

async function takeForm(parts: Parts, gateway: Gateway): Promise<AnyCall> {
  const { surface, client, snapshot } = parts
  const { limits } = snapshot
  checkEncoding(client.headers)
  const boundary = boundaryOf(client.headers['content-type'] ?? '')
  if (boundary === undefined)
    throw new Failure('unsupported_media_type', 'The body must be sent as `content-type: multipart/form-data` with one boundary of at most 70 characters.')
  const announced = client.headers['content-length']
  const terms = { boundary, length: announced === undefined ? undefined : Number(announced), folder: gateway.spoolFolder, most: limits.spool }
  const upload = new Upload(client.stream(limits.upload), terms)
  try {
    await upload.untilNamed()
    surface.wire.checkRequest(upload.fields)
    const extensions = readExtensions({}, client.headers, parts)
    return new Call<Surface>({ ...parts, body: { bytes: noBytes, object: upload.fields, members: [], characters: 0 }, extensions, upload }) as AnyCall
  } catch (error) {
    upload.close()
    throw error
  }
}
