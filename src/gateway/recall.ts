/** Before a call is routed: finds what it goes on from, here or at the provider that keeps it. */

import type { Json } from '../base/json.ts'
import { splice } from '../base/survey.ts'
import { Failure } from '../canonical/failure.ts'
import { pickWire, type Plan } from '../routing/target.ts'
import type { Recall, References } from '../surfaces/recall.ts'
import { parseBody } from './body.ts'
import { Call } from './call.ts'
import type { Gateway } from './gateway.ts'
import type { AnswerPlace, KeptAnswer } from './memory.ts'
import type { Caller } from './snapshot.ts'

export interface Recalled {
  readonly call: Call
  /** The only connection that knows what the call refers to; undefined where any will do. */
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

async function look({ client, caller }: Call, { previous, items }: References, { memory }: Gateway): Promise<Found> {
  const owner = ownerOf(caller)
  const loaded = new Map<string, readonly Json[]>()
  const turn = previous === undefined ? undefined : client.turns?.find(previous)
  if (turn !== undefined) loaded.set(turn.id, conversation(turn))
  const wanted = [...(previous === undefined || turn ? [] : [previous]), ...items.map(({ id }) => id)]
  const places = new Map((await memory.find(owner, wanted)).map((place) => [place.id, place]))
  const connections = new Set<string>()
  for (const id of wanted) {
    const place = places.get(id)
    if (place === undefined) throw notAvailable(id, { previous, items }, memory.keeps)
    if (place.connection !== null) connections.add(place.connection)
    else loaded.set(id, await load(place, owner, memory, () => notAvailable(id, { previous, items }, memory.keeps)))
  }
  if (connections.size > 1) throw new Failure('invalid_value', 'The request refers to answers that different providers keep: send the conversation itself.')
  return { loaded, connection: [...connections][0] }
}

const conversation = ({ input, output }: KeptAnswer): readonly Json[] => [...input, ...output]

/** Of an answer all that was said, of an item the item. */
async function load({ id, responseId }: AnswerPlace, owner: string, memory: Gateway['memory'], missing: () => Failure): Promise<readonly Json[]> {
  const kept = await memory.load(owner, responseId)
  if (kept === undefined) throw missing()
  if (id === responseId) return conversation(kept)
  const item = kept.output.find((one) => typeof one === 'object' && one !== null && 'id' in one && one.id === id)
  if (item === undefined) throw missing()
  return [item]
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
  const { surface, client, caller, snapshot, extensions } = call
  return new Call({ surface, client, caller, snapshot, extensions, body: parseBody(bytes, snapshot.limits) })
}

/** Leaves of a plan what can answer: who keeps what the call refers to, and nobody else; who can be asked again later. Throws `Failure` where that is nobody. */
export function narrow(plan: Plan, { call, connection }: Recalled): Plan {
  const { surface, body } = call
  if (connection !== undefined) {
    const target = plan.targets.find((one) => one.connection.name === connection)
    if (target !== undefined) return { ...plan, targets: [target] }
    throw new Failure(
      'previous_response_not_found',
      'What the request goes on from is kept by a provider that its model does not lead to: ask for a model there, or send the conversation itself.',
      { param: 'previous_response_id' },
    )
  }
  if (surface.recall?.isBackground(body.object) !== true) return plan
  const targets = plan.targets.filter((target) => pickWire(target.connection.provider, target.model, surface.name) === surface.name)
  if (targets.length > 0) return { ...plan, targets }
  throw new Failure('unsupported_parameter', 'The model’s provider answers no calls in the background.', { param: 'background' })
}
