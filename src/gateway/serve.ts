/** The life of a call, from top to bottom. */

import { Failure, toFailure } from '../canonical/failure.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { resolve } from '../routing/resolve.ts'
import type { Plan } from '../routing/target.ts'
import type { Surface } from '../surfaces/surface.ts'
import { attempt } from './attempt.ts'
import { checkHeaders, parseBody } from './body.ts'
import { asksForm, Call, type AnyCall } from './call.ts'
import type { Client } from './client.ts'
import { count } from './count.ts'
import { beginStream, deliver } from './deliver.ts'
import { readExtensions } from './extensions.ts'
import { fill } from './fill.ts'
import type { Gateway } from './gateway.ts'
import { identify } from './identify.ts'
import { openReceipt, tellCall, tellCaller, tellPlan } from './observe.ts'
import { Patience } from './patience.ts'
import { narrow, recall } from './recall.ts'
import { refuse } from './refuse.ts'
import { prepareToRemember, remember } from './remember.ts'
import { sending } from './send.ts'
import { warmUp } from './warm-up.ts'

/** Never throws. Resolves when the answer is out, or the client is gone; then the receipt is closed, once. */
export async function serve(surface: Surface, client: Client, gateway: Gateway): Promise<void> {
  const { snapshot } = gateway
  const receipt = openReceipt(surface, client, gateway)
  let call: AnyCall | undefined
  try {
    const caller = identify(client.headers, snapshot)
    tellCaller(caller, receipt)
    call = parse({ surface, client, caller, snapshot }, await read(client, snapshot.limits.body, gateway))
    tellCall(call, gateway, receipt)
    const recalled = asksForm(call) || call.surface.recall === undefined ? undefined : await recall(call, gateway)
    if (recalled !== undefined && recalled.call !== call) tellCall((call = recalled.call), gateway, receipt)
    const found = resolve(call, snapshot.routing)
    tellPlan(call, found, receipt)
    const plan = recalled === undefined ? found : narrow(found, recalled)
    if (asksForm(call)) return await fill(call, plan, gateway, receipt)
    if (surface.operation === 'count_tokens') return await count(call, plan, gateway, receipt)
    await converse(call, plan, gateway, receipt)
  } catch (error) {
    refuse(client.interruption ?? toFailure(error), { surface, client, receipt, call })
  } finally {
    gateway.settle(receipt.close(), client)
  }
}

async function converse(call: Call, plan: Plan, gateway: Gateway, receipt: Receipt): Promise<void> {
  prepareToRemember(call, gateway)
  const patience = call.streams ? keepCompany(call, receipt) : undefined
  try {
    if (call.client.turns?.isWarmUp) return warmUp(call, receipt)
    const answer = await attempt(call, plan, receipt, sending(call, gateway, receipt))
    await deliver(answer, call, receipt, patience)
  } finally {
    patience?.stop()
    remember(call, receipt, gateway)
  }
}

function read(client: Client, limit: number, gateway: Gateway): Promise<Buffer> {
  if (gateway.isDraining) throw new Failure('shutting_down', 'The gateway is about to stop.')
  checkHeaders(client.headers)
  return client.read(limit)
}

function parse(parts: Pick<AnyCall, 'surface' | 'client' | 'caller' | 'snapshot'>, bytes: Buffer): AnyCall {
  const body = parseBody(bytes, parts.snapshot.limits)
  parts.surface.wire.checkRequest(body.object)
  parts.surface.check?.(body.object)
  // One class for both: which of them it is, the surface says.
  return new Call<Surface>({ ...parts, body, extensions: readExtensions(body.object, parts.client.headers, parts.snapshot) }) as AnyCall
}

/** A stream's client is not left in the dark: after a while it gets its status, and then comments. */
function keepCompany(call: Call, receipt: Receipt): Patience {
  const { hold, keepAlive } = call.snapshot.limits
  return new Patience(hold, keepAlive, () => {
    beginStream(call, receipt)
    // Between the elements of an array white space says nothing, as a comment does between events.
    call.client.write(call.wantsArray ? '\n' : ': keep-alive\n\n')
  })
}
