/** The road of a chat call to a target: found once, and the same for all calls that come by one surface and want one kind of answer. */

import { sse } from '../base/sse.ts'
import { Failure } from '../canonical/failure.ts'
import { pathOf } from '../providers/provider.ts'
import { pickCountingWire, pickWire, type Target } from '../routing/target.ts'
import type { ChatSurface } from '../surfaces/surface.ts'
import { wireOf } from '../wires/index.ts'
import type { Quirks } from '../wires/quirks.ts'
import type { Wire } from '../wires/wire.ts'
import { addressOf, type Address } from './address.ts'
import type { Call } from './call.ts'

export interface Road {
  readonly wire: Wire
  readonly quirks: Quirks
  /** Client and provider speak one wire, and nothing of the provider's ways forbids it to pass a body on. */
  readonly mayPassOn: boolean
  /** The model's name as JSON, for the body; undefined where it stands in the path. */
  readonly model: Buffer | undefined
  readonly address: Address
}

type Roads = WeakMap<Target, Map<ChatSurface, Road>>

/** For each target, which lives as long as its snapshot, as many as there are surfaces. */
const toWhole: Roads = new WeakMap()
const toStream: Roads = new WeakMap()

/** Throws `Failure` where the provider speaks no wire for the model, or the model's name is none. */
export function roadTo(target: Target, { surface, streams }: Call): Road {
  const roads = streams ? toStream : toWhole
  const known = roads.get(target)
  const before = known?.get(surface)
  if (before !== undefined) return before
  const road = findRoad(target, surface, streams)
  if (known === undefined) roads.set(target, new Map([[surface, road]]))
  else known.set(surface, road)
  return road
}

const noQuirks: Quirks = {}

function findRoad(target: Target, surface: ChatSurface, streams: boolean): Road {
  const { connection, model } = target
  const { provider } = connection
  const wire = wireFor(target, surface)
  const { name } = wire
  const quirks = provider.quirks?.[name] ?? noQuirks
  const isOwnWire = name === surface.name
  const way = {
    path: surface.operation === 'count_tokens' ? (provider.counts?.[name] ?? '') : pathOf(provider.speaks[name] ?? '', streams),
    isBearer: provider.bearerOn?.includes(name) === true,
    accept: streams ? (wire.framing ?? sse).type : 'application/json',
    passedHeaders: isOwnWire ? wire.passedHeaders : [],
  }
  return {
    wire,
    quirks,
    mayPassOn: isOwnWire && quirks.callIdPattern === undefined,
    model: wire.namesModelInPath ? undefined : Buffer.from(JSON.stringify(model)),
    address: addressOf(target, way),
  }
}

function wireFor({ connection, model }: Target, { name: asked, operation }: ChatSurface): Wire {
  const counted = operation === 'count_tokens' ? pickCountingWire(connection.provider, model, asked) : undefined
  const name = counted ?? pickWire(connection.provider, model, asked)
  if (name === undefined) throw new Failure('unsupported_operation', 'The model’s provider does not serve chat for it.', { param: 'model' })
  return wireOf(name)
}
