/** What is checked of every request before its path is looked at: the forms that make two readers see two requests. */

import type { IncomingMessage } from 'node:http'
import { Failure } from '../canonical/failure.ts'

/** Names that decide something here, each with a bit of its own: one may come once, and under no other spelling. */
const guarded: ReadonlyMap<string, number> = new Map(
  ['authorization', 'x-api-key', 'x-goog-api-key', 'host', 'content-type', 'content-length', 'content-encoding', 'transfer-encoding', 'x-request-id'].map(
    (name, at) => [name, 1 << at],
  ),
)
const credentials: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'x-goog-api-key'])
const mostHeaders = 100

/** Throws `Failure` for a request that is not plainly one request to us. `hosts` are the names we answer to, in lower case. */
export function guard(request: IncomingMessage, hosts: ReadonlySet<string>): void {
  const { rawHeaders, url = '' } = request
  if (rawHeaders.length > mostHeaders * 2) throw new Failure('headers_too_large', `The request has more than ${mostHeaders} headers.`)
  checkHeaderNames(rawHeaders)
  checkHost(request.headers.host ?? '', hosts)
  if (!url.startsWith('/')) throw new Failure('bad_request', 'The request names a whole URL or none: send the path.')
  if (url.length > 8192) throw new Failure('bad_request', 'The URL is too long.')
}

function checkHeaderNames(raw: readonly string[]): void {
  let seen = 0
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase()
    const bit = guarded.get(name)
    if (bit !== undefined) {
      if ((seen & bit) !== 0) throw new Failure(credentials.has(name) ? 'ambiguous_credentials' : 'bad_request', 'A header that may come once came twice.')
      seen |= bit
    } else if (name.includes('_')) checkTwin(name.replaceAll('_', '-'))
  }
}

/** Servers behind us and before us read `x_api_key` as `x-api-key`: nobody may be asked to choose. */
function checkTwin(name: string): void {
  if (guarded.has(name) || name.startsWith('x-omni-') || name.startsWith('x-omega-'))
    throw new Failure('bad_request', 'A header’s name is spelled with `_` instead of `-`.')
}

function checkHost(host: string, hosts: ReadonlySet<string>): void {
  const name = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.exec(host)?.[1]
  if (name === undefined) throw new Failure('bad_request', 'The `Host` header is not a host.')
  if (!hosts.has(name.toLowerCase()))
    throw new Failure('misdirected_request', 'The gateway does not answer to this host name; the operator can add it to `server.hosts`.')
}

/** Throws where the query carries a key, or one name twice. */
export function checkQuery(query: string): void {
  if (query === '') return
  const given = readQuery(query)
  if (given.has('key') || given.has('api_key'))
    throw new Failure('ambiguous_credentials', 'Keys are not taken from the URL, where logs would keep them: send a header.')
}

/** Google's API alone knows keys in the URL: its own paths, and those of models that name a method. An id elsewhere may hold a colon too. */
export function takesQueryKey(path: string): boolean {
  return path.startsWith('/v1beta/') || /^\/v1\/models\/.+:\w+$/.test(path)
}

/** Moves a key out of the query to where the others are, so that it is one of the keys that may not differ. */
export function takeQueryKey(request: IncomingMessage, query: string): void {
  if (query === '') return
  const key = readQuery(query).get('key')
  if (key === undefined || key === '') return
  const { headers } = request
  if (headers['x-goog-api-key'] !== undefined && headers['x-goog-api-key'] !== key)
    throw new Failure('ambiguous_credentials', 'The request carries two different keys: send one.')
  headers['x-goog-api-key'] = key
}

/** Bounded by the URL, which is. */
function readQuery(query: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query)) {
    // A name that ends so is a list's, and every reader knows it.
    if (given.has(name) && !name.endsWith('[]')) throw new Failure('bad_request', 'A query parameter came twice.')
    given.set(name, value)
  }
  return given
}
