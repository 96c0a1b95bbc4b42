/** Before a call is routed: finds what it goes on from, here or at the provider that keeps it. */

import { isObject, type Json } from '../base/json.ts'
import { splice } from '../base/splice.ts'
import { Failure } from '../canonical/failure.ts'
import { narrowed, targetsOf, type Plan } from '../routing/plan.ts'
import { idOf, pickWire } from '../routing/target.ts'
import type { Recall, References } from '../surfaces/recall.ts'
import { parseBody } from './body.ts'
import type { Call } from './call.ts'
import type { Gateway } from './gateway.ts'
import type { KeptAnswer } from './memory.ts'
import type { Caller } from './snapshot.ts'

export interface Recalled {
  readonly call: Call
  /** The id of the only connection that knows what the call refers to; undefined where any will do. */
  readonly connection: string | undefined
}

/** Whose answers are whose; without client auth there is one owner. */
export const ownerOf = ({ keyId }: Caller): string => keyId ?? 'everyone'

/** Answers that are kept here are put before what the client sent. Throws `Failure` where the call refers to what nobody here knows of. */
export async function recall(call: Call, gateway: Gateway): Promise<Recalled> {
  const how = call.surface.recall
  const references = how?.refersTo(call.body.object)
  if (how === undefined || references === undefined) return { call, connection: undefined }
  const found = await look(call, references, gateway)
  if (found.loaded.size === 0) return { call, connection: found.connection }
  return { call: resume(call, how, references, found.loaded), connection: found.connection }
}

interface Found {
  /** By the id of an answer or an item: the items that it stands for. */
  readonly loaded: ReadonlyMap<string, readonly Json[]>
  readonly connection: string | undefined
}

/** More items than this nobody refers to one by one. */
const mostReferences = 1000

async function look({ client, caller, snapshot }: Call, references: References, { memory }: Gateway): Promise<Found> {
  const { previous, items } = references
  const owner = ownerOf(caller)
  const loaded = new Map<string, readonly Json[]>()
  const turn = previous === undefined ? undefined : client.turns?.find(previous)
  if (turn !== undefined) loaded.set(turn.id, conversation(turn))
  const wanted = [...(previous === undefined || turn ? [] : [previous]), ...items.map(({ id }) => id)]
  checkReferences(wanted)
  const places = await memory.find(owner, wanted)
  const missing = wanted.find((id) => places.every((place) => place.id !== id))
  if (missing !== undefined) throw notAvailable(missing, references, memory.keeps)
  const connections = new Set(places.flatMap(({ connection }) => connection ?? []))
  if (connections.size > 1) throw new Failure('invalid_value', 'The request refers to answers that different providers keep: send the conversation itself.')
  const here = Map.groupBy(
    places.filter(({ connection }) => connection === null),
    ({ responseId }) => responseId,
  )
  let room = snapshot.limits.body
  for (const [responseId, wantedOfIt] of here) {
    const kept = await memory.load(owner, responseId)
    for (const { id } of wantedOfIt) {
      const found = kept === undefined ? undefined : id === previous ? conversation(kept) : itemOf(kept, id)
      if (found === undefined) throw notAvailable(id, references, memory.keeps)
      room -= JSON.stringify(found).length
      if (room < 0) throw new Failure('request_too_large', 'With all that it goes on from, the request is too large.')
      loaded.set(id, found)
    }
  }
  return { loaded, connection: [...connections][0] }
}

function checkReferences(ids: readonly string[]): void {
  if (ids.length > mostReferences) throw new Failure('too_many_items', `The request refers to more than ${mostReferences} items.`, { param: 'input' })
  if (new Set(ids).size < ids.length) throw new Failure('invalid_value', 'The request refers to one item twice.', { param: 'input' })
}

const conversation = ({ input, output }: KeptAnswer): readonly Json[] => [...input, ...output]

function itemOf({ output }: KeptAnswer, id: string): readonly Json[] | undefined {
  const item = output.find((one) => isObject(one) && one.id === id)
  return item === undefined ? undefined : [item]
}

function notAvailable(id: string, { previous, items }: References, keeps: boolean): Failure {
  const param = id === previous ? 'previous_response_id' : `input[${items.find((item) => item.id === id)?.at}].id`
  const why = keeps
    ? 'it is not one of your key’s, was not kept, or has expired'
    : 'the gateway keeps no answers (`responses.store` is off), and no provider keeps this one for your key'
  return new Failure('previous_response_not_found', `What \`${param}\` names is not available: ${why}. Send the conversation itself.`, { param })
}

function resume(call: Call, how: Recall, { previous, items }: References, loaded: Found['loaded']): Call {
  const referring = new Map(items.map(({ id, at }) => [at, id]))
  const own = how.items(call.body.object).flatMap((item, at) => loaded.get(referring.get(at) ?? '') ?? [item])
  const before = previous === undefined ? undefined : loaded.get(previous)
  const { set, remove } = how.resumed([...(before ?? []), ...own])
  const fields = new Map(Object.entries(set).map(([field, value]) => [field, JSON.stringify(value)]))
  const bytes = splice(call.body.bytes, call.body.members, fields, new Set(before === undefined ? [] : remove))
  return call.with({ body: parseBody(bytes, call.snapshot.limits) })
}

/** Leaves of a plan what can answer: who keeps what the call refers to, and nobody else; who can be asked again later. Throws `Failure` where that is nobody. */
export function narrow(plan: Plan, { call, connection }: Recalled): Plan {
  const { surface, body } = call
  if (connection !== undefined) {
    const keeper = narrowed(plan, (target) => idOf(target.connection) === connection)
    if (targetsOf(keeper).length > 0) return keeper
    throw new Failure(
      'previous_response_not_found',
      'What the request goes on from is kept by a provider that its model does not lead to: ask for a model there, or send the conversation itself.',
      { param: 'previous_response_id' },
    )
  }
  if (surface.recall?.isBackground(body.object) !== true) return plan
  const able = narrowed(plan, ({ connection: { provider }, model }) => pickWire(provider, model, surface.name) === surface.name)
  if (targetsOf(able).length > 0) return able
  throw new Failure('unsupported_parameter', 'The model’s provider answers no calls in the background.', { param: 'background' })
}
