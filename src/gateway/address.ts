/** Where a request goes, and under which headers: made from the provider's data, with nothing of the client's but what its wire declares. */

import type { Connection, Target } from '../routing/target.ts'
import type { UpstreamRequest } from '../upstream/exchange.ts'
import type { UpstreamWire } from '../wires/wire.ts'
import type { Call } from './call.ts'

export function address(call: Call, { connection, model }: Target, wire: UpstreamWire, body: Buffer | string): UpstreamRequest {
  const { provider, origin, basePath, deadlines } = connection
  const paths = call.surface.operation === 'count_tokens' ? provider.counts : provider.speaks
  const pattern = paths?.[wire.name] ?? ''
  const path = pattern.includes('{model}') ? pattern.replace('{model}', encodeURIComponent(model)) : pattern
  const query = provider.query ? `?${new URLSearchParams(provider.query).toString()}` : ''
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: call.streams ? 'text/event-stream' : 'application/json',
    // Unpacking costs more than the bytes it saves between two machines in a rack.
    'accept-encoding': 'identity',
    'user-agent': 'omni-gateway',
    ...provider.headers,
  }
  sign(headers, connection)
  if (wire.name === call.surface.name) {
    for (const name of wire.passedHeaders) {
      const value = call.client.headers[name]
      if (value !== undefined) headers[name] = value
    }
  }
  return { origin, path: `${basePath}${path}${query}`, headers, body, deadlines }
}

function sign(headers: Record<string, string>, { provider: { auth }, secret }: Connection): void {
  if (secret === undefined || auth.scheme === 'none') return
  if (auth.scheme === 'header') headers[auth.header] = secret
  else headers.authorization = `Bearer ${secret}`
}
