/** Where a request comes from, and whether it may come from there. */

import type { IncomingMessage } from 'node:http'
import { among, isLoopback, readAddress } from '../base/networks.ts'
import { Failure } from '../canonical/failure.ts'
import type { Viewer } from '../control/route.ts'
import type { Edges } from '../gateway/snapshot.ts'
import type { Access, Route } from './routes.ts'

/** Empty where nobody can tell: the connection is gone, or a trusted proxy says something else than an address. */
export type AddressOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string

/**
 * `x-forwarded-for` is read from the right, as far as those are trusted proxies who wrote it: what stands left of the first that is not, anybody may
 * have made up. Without trusted proxies nothing that a request says of its address counts.
 */
export function addressReader(trustedProxies: readonly string[]): AddressOf {
  const ofSocket: AddressOf = ({ socket }) => socket.remoteAddress ?? ''
  if (trustedProxies.length === 0) return ofSocket
  const isTrusted = among(trustedProxies)
  return (request) => {
    const forwarded = request.headers['x-forwarded-for']
    const hops = typeof forwarded === 'string' ? forwarded.split(',') : []
    let address = ofSocket(request)
    while (hops.length > 0 && isTrusted(address)) address = withoutPort(hops.pop()!.trim())
    return address
  }
}

/** Some proxies write the port too: `192.0.2.7:4711`, `[2001:db8::7]:4711`. */
function withoutPort(hop: string): string {
  const [, address = hop] = /^\[([\da-fA-F:.]+)\](?::\d{1,5})?$/.exec(hop) ?? /^([\d.]+):\d{1,5}$/.exec(hop) ?? []
  return readAddress(address) === undefined ? '' : address
}

type Role = Viewer['role']

/** Who may turn out to be asking: what nobody needs to be known for is open to all addresses, as whoever balances the load has one too. */
const rolesOf: { readonly [access in Access]: readonly Role[] } = { none: [], client: ['client'], admin: ['admin'], owner: ['client', 'admin'] }

/** Throws `Failure` where nobody may use the route from there: nothing of the request is read. */
export function checkAddress(edges: Edges, route: Route, from: string): void {
  if (route.access !== 'none' && !rolesOf[route.access].some((role) => passes(role, { edges, route, from }))) throw barred()
}

/** The same when it is known who asks: a client calls, and everybody else controls. */
export function checkViewer({ role }: Viewer, way: Way): void {
  if (!passes(role, way)) throw barred()
}

interface Way {
  readonly edges: Edges
  readonly route: Route
  readonly from: string
}

function passes(role: Role, { edges, route, from }: Way): boolean {
  if (role === 'client') return edges.mayCall(from)
  return edges.mayControl(from) || (role === 'admin' && route.path === mending && isLoopback(from))
}

/** A list that shuts out everybody can be mended on the machine itself. */
const mending = '/_omni/addresses'

export const barred = (): Failure => new Failure('address_not_allowed', 'The gateway takes no requests from this address.')
