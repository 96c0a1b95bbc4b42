/** Where a request goes, and under which headers: made from the provider's data, with nothing of the client's but what its wire declares. */

import type { Deadlines } from '../base/deadlines.ts'
import { Failure } from '../canonical/failure.ts'
import type { Connection, Target } from '../routing/target.ts'
import type { Signing, UpstreamRequest } from '../upstream/exchange.ts'
import type { Client, Headers } from './client.ts'

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

/** All of a request that does not go by the call: the same for every one that goes to that target that way. */
export interface Address {
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly passedHeaders: Way['passedHeaders']
  readonly signing: Signing | undefined
  readonly deadlines: Deadlines
}

/** Throws `Failure` where the model’s name is none. */
export function addressOf({ connection, model }: Target, way: Way): Address {
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
  return { origin, path: `${basePath}${path}${query}`, headers, passedHeaders: way.passedHeaders, signing, deadlines }
}

export function requestTo({ origin, path, headers, passedHeaders, signing, deadlines }: Address, { client }: Asking, body: Buffer | string): UpstreamRequest {
  const request = { origin, path, headers: withPassed(headers, passedHeaders, client.headers), body, deadlines }
  return signing === undefined ? request : { ...request, signing }
}

export const address = (asking: Asking, target: Target, way: Way, body: Buffer | string): UpstreamRequest => requestTo(addressOf(target, way), asking, body)

interface Asking {
  readonly client: Pick<Client, 'headers'>
}

function withPassed(headers: Address['headers'], names: readonly string[], said: Headers): Address['headers'] {
  let passed: Record<string, string> | undefined
  for (const name of names) if (said[name] !== undefined) (passed ??= { ...headers })[name] = said[name]
  return passed ?? headers
}

/** A name of dots leads out of the path that it is put into, however it is encoded; half a letter cannot be encoded at all; nobody names a model in control characters. Throws `Failure`. */
function checkModel(model: string): void {
  if (model === '.' || model === '..' || !model.isWellFormed() || /\p{Cc}/u.test(model))
    throw new Failure('model_not_found', 'This can be the name of no model.', { param: 'model' })
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
