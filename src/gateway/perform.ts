/** The rest of a call whose request or answer is sound or a picture: finds who can do it, asks, and gives what comes of it. */

import { now } from '../base/clock.ts'
import { Failure } from '../canonical/failure.ts'
import type { MediaForm } from '../canonical/media.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { narrowed, targetsOf, type Plan } from '../routing/plan.ts'
import { pickMedia, type Target } from '../routing/target.ts'
import { attempt } from './attempt.ts'
import type { MediaCall } from './call.ts'
import { runErrand } from './errand.ts'
import type { Gateway } from './gateway.ts'
import { giveWhole, passOn, relay, type Relayed } from './relay.ts'
import type { Terms } from './send.ts'

/** What an attempt comes to. */
type Performed<F extends MediaForm> = Relayed | { readonly kind: 'written'; readonly answer: Parameters<MediaCall<F>['surface']['wire']['write']>[0] }

/** Targets that cannot do it are left out; throws `Failure` (`unsupported_operation`) where none can. */
export async function perform<F extends MediaForm>(call: MediaCall<F>, found: Plan, gateway: Gateway, receipt: Receipt): Promise<void> {
  const { operation, wire } = call.surface
  const plan = narrowed(found, (target) => placeOf(call, target) !== undefined)
  if (targetsOf(plan).length === 0 && targetsOf(found).length > 0)
    throw new Failure('unsupported_operation', `The model’s provider does not serve ${operation} for it.`, { param: 'model' })
  if (mustGather(call, plan)) await call.upload?.gather()
  const performed = await attempt(call, plan, receipt, (target, isStrict) => ask(call, target, { isStrict, gateway, receipt }))
  if (performed.kind !== 'written') return passOn(performed, call, receipt)
  giveWhole(wire.write(performed.answer, call.request, Math.floor(now() / 1000)), call, receipt)
}

function placeOf<F extends MediaForm>({ surface }: MediaCall<F>, target: Target) {
  return pickMedia(target, surface.operation, surface.name)
}

/** A file that is passed on while it comes cannot be given to a second target; and one of another dialect must know every field first. */
function mustGather<F extends MediaForm>(call: MediaCall<F>, plan: Plan): boolean {
  const targets = targetsOf(plan)
  return targets.length > 1 || targets.some((target) => placeOf(call, target)!.dialect !== call.surface.name)
}

async function ask<F extends MediaForm>(call: MediaCall<F>, target: Target, terms: Terms): Promise<Performed<F>> {
  const place = placeOf(call, target)!
  const { record, prompt } = terms.receipt
  const isSame = place.dialect === call.surface.name
  record.wire = place.dialect
  if (isSame) prompt.passOn()
  else {
    prompt.rewrite()
    prompt.did('translated')
  }
  if (call.model !== target.model) prompt.did('model_renamed')
  return isSame ? relay(call, target, place, terms) : runErrand(call, target, place, terms)
}
