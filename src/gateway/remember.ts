/** After a call was answered: notes who keeps the answer, or keeps it. */

import { isObject, type Json } from '../base/json.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { idOf } from '../routing/target.ts'
import type { Told } from '../surfaces/recall.ts'
import type { Call } from './call.ts'
import type { Gateway } from './gateway.ts'
import { ownerOf } from './recall.ts'
import { Scribe } from './scribe.ts'

/** Where nobody will refer to the answer, nothing of it is written down. */
export function prepareToRemember(call: Call, { memory }: Gateway): void {
  const { recall } = call.surface
  if (recall === undefined) return
  const wantsKept = recall.wantsKept(call.body.object)
  call.isKept = wantsKept && memory.keeps
  if (wantsKept || call.client.turns !== undefined) call.scribe = new Scribe(recall, call.streams, call.snapshot.limits.answer)
}

/** What clients can send back in a path or a field; anything else is no vendor's id, and may be a text. */
const plainId = /^(?!\.{1,2}$)[\w.:=+/~-]{1,128}$/
/** More items than this nobody refers to one by one. */
const mostItems = 100

/** Of an answer that broke off only its place is noted, where the client may come back for it. */
export function remember(call: Call, receipt: Receipt, { memory }: Gateway): void {
  const told = call.scribe?.told()
  const { surface, caller, client, body } = call
  if (told === undefined || !plainId.test(told.id) || surface.recall === undefined) return
  const { record } = receipt
  const model = record.resolved_model ?? ''
  // What refers to others' keeping is no conversation that anybody else could go on with.
  const isWhole = told.isFinished && surface.recall.refersTo(body.object) === undefined
  if (isWhole) client.turns?.put(keptOf(call, told))
  // Nor is an answer kept that goes by one of our secrets.
  if (!surface.recall.wantsKept(body.object) || receipt.names.isSecret(told.id)) return
  const isNative = record.wire === surface.name && record.provider !== null
  if (isNative && (told.isKept ?? !(memory.keeps && isWhole))) {
    memory.note(ownerOf(caller), {
      id: told.id,
      itemIds: itemIds(told.output),
      connection: idOf({ name: record.provider!, account: record.account ?? undefined }),
      model,
    })
  } else if (memory.keeps && isWhole) {
    memory.keep(ownerOf(caller), keptOf(call, told), model)
    record.content_stored = true
  }
}

function keptOf({ surface, body }: Call, { id, output, response }: Told) {
  return { id, input: surface.recall!.items(body.object), output, response }
}

export function itemIds(output: readonly Json[]): readonly string[] {
  return output.flatMap((item) => (isObject(item) && typeof item.id === 'string' && plainId.test(item.id) ? [item.id] : [])).slice(0, mostItems)
}
