/** Where a request goes, and under which headers: made from the provider's data, with nothing of the client's but what its wire declares. */

import { sse } from '../base/sse.ts'
import type { WireName } from '../canonical/chat.ts'
import { Failure } from '../canonical/failure.ts'
import { pathOf, type Provider } from '../providers/provider.ts'
import type { Connection, Target } from '../routing/target.ts'
import type { Signing, UpstreamRequest } from '../upstream/exchange.ts'
import type { UpstreamWire } from '../wires/wire.ts'
import type { Call } from './call.ts'
import type { Client } from './client.ts'

/** How a wire is reached at a provider. */
export interface Way {
  /** Behind the base URL; `{model}` stands for the model. */
  readonly path: string
  /** The key goes as a bearer token here, whatever the provider's other ways want. */
  readonly isBearer?: boolean
  /** The type of the answer. */
  readonly accept: string
  /** Those of the client's headers that go on. */
  readonly passedHeaders: readonly string[]
}

export function address(
  { client }: { readonly client: Pick<Client, 'headers'> },
  { connection, model }: Target,
  way: Way,
  body: Buffer | string,
): UpstreamRequest {
  const { provider, origin, basePath, deadlines } = connection
  checkModel(model)
  const path = way.path.replace('{model}', () => encodeURIComponent(model))
  const query = provider.query ? `${path.includes('?') ? '&' : '?'}${new URLSearchParams(provider.query).toString()}` : ''
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: way.accept,
    // Unpacking costs more than the bytes it saves between two machines in a rack.
    'accept-encoding': 'identity',
    'user-agent': 'omni-gateway',
    ...provider.headers,
  }
  const signing = prove(headers, connection, way)
  for (const name of way.passedHeaders) {
    const value = client.headers[name]
    if (value !== undefined) headers[name] = value
  }
  const request = { origin, path: `${basePath}${path}${query}`, headers, body, deadlines }
  return signing === undefined ? request : { ...request, signing }
}

/** A name of dots leads out of the path that it is put into, however it is encoded; half a letter cannot be encoded at all; nobody names a model in control characters. Throws `Failure`. */
function checkModel(model: string): void {
  if (model === '.' || model === '..' || !model.isWellFormed() || /\p{Cc}/u.test(model))
    throw new Failure('model_not_found', 'This can be the name of no model.', { param: 'model' })
}

export function wayOf(call: Call, { connection }: Target, wire: UpstreamWire): Way {
  return {
    path: placeOf(call, connection.provider, wire.name),
    isBearer: connection.provider.bearerOn?.includes(wire.name) === true,
    accept: call.streams ? (wire.framing ?? sse).type : 'application/json',
    passedHeaders: wire.name === call.surface.name ? wire.passedHeaders : [],
  }
}

function placeOf({ surface, streams }: Call, { speaks, counts }: Provider, wire: WireName): string {
  if (surface.operation === 'count_tokens') return counts?.[wire] ?? ''
  return pathOf(speaks[wire] ?? '', streams)
}

/** Says who we are in a header, or how that is proved once all of the request is known. */
function prove(headers: Record<string, string>, { provider: { auth }, secret, region = '' }: Connection, { isBearer }: Way): Signing | undefined {
  if (secret === undefined) return undefined
  switch (auth.scheme) {
    case 'none':
      return undefined
    case 'header':
      if (isBearer) break
      headers[auth.header] = auth.word === undefined ? secret : `${auth.word} ${secret}`
      return undefined
    case 'google':
      return { scheme: 'google', secret }
    case 'aws':
      if (secret.includes(':')) return { scheme: 'aws', service: auth.service, region, secret }
      break
    case 'bearer':
    case 'optional':
  }
  headers.authorization = `Bearer ${secret}`
  return undefined
}
