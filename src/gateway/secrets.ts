/** What a provider is sent that nobody else may read: our secrets, as they could be said back. */

import type { Connection } from '../routing/target.ts'

/** Shorter values of the operator's own headers are versions and names, which models have too. */
const leastHeader = 16

/** As many as there are connections. */
const known = new WeakMap<Connection, readonly string[]>()

/** The secret, or each part of one that has parts, and what the headers of all requests say. */
export function secretsOf(connection: Connection): readonly string[] {
  let secrets = known.get(connection)
  if (secrets === undefined) known.set(connection, (secrets = [...credentialOf(connection), ...headersOf(connection)]))
  return secrets
}

function credentialOf({ secret, provider: { auth } }: Connection): readonly string[] {
  if (secret === undefined) return []
  return auth.scheme === 'aws' ? secret.split(':') : [secret]
}

/** Without the word before a token. */
function headersOf({ provider: { headers = {} } }: Connection): readonly string[] {
  return Object.values(headers)
    .map((value) => value.slice(value.lastIndexOf(' ') + 1))
    .filter((value) => value.length >= leastHeader)
}
