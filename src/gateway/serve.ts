/** The life of a call, from top to bottom. */

import { toFailure } from '../canonical/failure.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { resolve } from '../routing/resolve.ts'
import type { Plan } from '../routing/plan.ts'
import type { Surface } from '../surfaces/surface.ts'
import { withResets } from '../upstream/resets.ts'
import { attempt } from './attempt.ts'
import { asksForm, asksMedia, isChat, type AnyCall, type Call } from './call.ts'
import type { Client } from './client.ts'
import { keepCompany } from './company.ts'
import { count } from './count.ts'
import { decide, settle } from './decide.ts'
import { deliver } from './deliver.ts'
import { fill } from './fill.ts'
import type { Gateway } from './gateway.ts'
import { endDraining } from './leaving.ts'
import { openReceipt, tellCall, tellCaller, tellPlan } from './observe.ts'
import { perform } from './perform.ts'
import { permit, permitted } from './permit.ts'
import { narrow, recall, type Recalled } from './recall.ts'
import { refuse } from './refuse.ts'
import { prepareToRemember, remember } from './remember.ts'
import { sending } from './send.ts'
import { take } from './take.ts'
import { enter, type Pass } from './turnstile.ts'
import { warmUp } from './warm-up.ts'
import { attend } from './witness.ts'

/** Never throws. Resolves when the answer is out, or the client is gone; then the receipt is closed, once. */
export async function serve(surface: Surface, asking: Client, house: Gateway): Promise<void> {
  const receipt = openReceipt(surface, asking, house)
  const [client, gateway] = attend(asking, house, receipt)
  const { snapshot } = gateway
  let call: AnyCall | undefined
  let pass: Pass
  try {
    const caller = gateway.identify(client, snapshot)
    tellCaller(caller, receipt)
    permit(caller, surface, receipt)
    if (snapshot.limits.keyConcurrency > 0) pass = await enter(caller, client, snapshot, receipt)
    call = await take({ surface, client, caller, snapshot }, gateway)
    tellCall(call, gateway, receipt)
    const recalled = isChat(call) && call.surface.recall ? await recall(call, gateway) : undefined
    if (recalled && recalled.call !== call) tellCall((call = recalled.call), gateway, receipt)
    const planFor = (asked: AnyCall) => permitted(asked, planOf(asked, receipt, recalled), receipt)
    const deciding = decide({ call, plan: planFor(call), gateway, receipt, planFor })
    const decided = deciding instanceof Promise ? await deciding : deciding
    call = decided.call
    // It may have waited for its turn, or for a person, longer than a key that is revoked may go on.
    if (gateway.snapshot !== snapshot) gateway.identify(client, gateway.snapshot)
    if (asksMedia(call)) return await perform(call, decided.plan, gateway, receipt)
    if (asksForm(call)) return await fill(call, decided.plan, gateway, receipt)
    if (surface.operation === 'count_tokens') return await count(call, decided.plan, gateway, receipt)
    await converse(call, decided.plan, gateway, receipt)
  } catch (error) {
    const failure = client.interruption ?? toFailure(error)
    // Of a stream that broke off the words alone say when to come back: its headers are long read.
    if (call?.lease !== undefined) call.lease.end(withResets(failure, {}, call.lease.leaf.target.connection.provider))
    gateway.note(failure, receipt.record.request_id)
    refuse(failure, { surface, client, receipt, call })
  } finally {
    call?.lease?.end()
    pass?.leave()
    call?.upload?.close()
    const record = receipt.close()
    if (call !== undefined) settle(call, record, gateway)
    gateway.settle(record, client)
  }
}

/** Where the call may go; what it goes on from may leave one place alone. */
function planOf(call: AnyCall, receipt: Receipt, recalled?: Recalled): Plan {
  if (asksMedia(call)) receipt.guessNothing()
  const plan = resolve(call, call.routing)
  tellPlan(call, plan, receipt)
  return recalled ? narrow(plan, recalled) : plan
}

async function converse(call: Call, plan: Plan, gateway: Gateway, receipt: Receipt): Promise<void> {
  prepareToRemember(call, gateway)
  const patience = keepCompany(call, receipt)
  try {
    if (call.client.turns?.isWarmUp) return warmUp(call, receipt)
    const answer = await attempt(call, plan, receipt, sending(call, gateway, receipt))
    await deliver(answer, call, receipt, patience)
  } finally {
    patience?.stop()
    endDraining(call)
    remember(call, receipt, gateway)
  }
}
