/** Who asks: the client's key, wherever its API puts keys. */

import { Failure } from '../canonical/failure.ts'
import type { Client, Headers } from './client.ts'
import type { Caller, Snapshot } from './snapshot.ts'

/** Throws `Failure`: `invalid_api_key` for none or a wrong one, `ambiguous_credentials` for two that differ. */
export function identify(headers: Headers, snapshot: Snapshot): Caller {
  const token = tokenOf(headers)
  if (token === undefined) {
    if (snapshot.anonymous) return snapshot.anonymous
    throw new Failure('invalid_api_key', 'A key is needed: send it as `Authorization: Bearer …`, `x-api-key` or `x-goog-api-key`.')
  }
  const caller = snapshot.identify(token) ?? snapshot.anonymous
  if (!caller) throw new Failure('invalid_api_key', 'The key is not one of this gateway’s, or it was revoked, or has expired.')
  return caller
}

/** `identify`, where it is known from where they ask: `address_not_allowed` where the key may not be used there. */
export function identifyClient(client: Pick<Client, 'headers' | 'address'>, snapshot: Snapshot): Caller {
  const caller = identify(client.headers, snapshot)
  if (caller.mayComeFrom !== undefined && !caller.mayComeFrom(client.address))
    throw new Failure('address_not_allowed', 'This key may not be used from this address.')
  return caller
}

export function tokenOf(headers: Headers): string | undefined {
  const given = tokensIn(headers)
  if (given.some((token) => token !== given[0])) throw new Failure('ambiguous_credentials', 'The request carries two different keys: send one.')
  return given[0]
}

/** All keys that the headers show, whatever they are worth. */
export function tokensIn(headers: Headers): readonly string[] {
  const { authorization } = headers
  const bearer = authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : undefined
  return [bearer, headers['x-api-key'], headers['x-goog-api-key']].filter((token) => token !== undefined && token !== '') as string[]
}
