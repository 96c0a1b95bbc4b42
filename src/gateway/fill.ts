/** Fills in a small form: asks the targets that know it, and gives the answer in the client's dialect. */

import { joinAnswers } from '../canonical/batches.ts'
import { Failure } from '../canonical/failure.ts'
import type { FormName, Forms } from '../canonical/forms.ts'
import type { JsonObject } from '../base/json.ts'
import type { Receipt } from '../receipts/receipt.ts'
import { narrowed, targetsOf, type Plan } from '../routing/plan.ts'
import { pickPlace, type Target } from '../routing/target.ts'
import { begin } from './begin.ts'
import { attempt } from './attempt.ts'
import type { FormCall } from './call.ts'
import { endWhole, writeWhole } from './deliver.ts'
import { prepareForm } from './form.ts'
import type { Gateway } from './gateway.ts'
import { postAll } from './post.ts'
import type { Terms } from './send.ts'

/** Targets that do not know the form are left out; throws `Failure` (`unsupported_operation`) where none does. */
export async function fill<F extends FormName>(call: FormCall<F>, plan: Plan, gateway: Gateway, receipt: Receipt): Promise<void> {
  const { operation, name } = call.surface
  const able = narrowed(plan, (target) => pickPlace(target, operation, name) !== undefined)
  if (targetsOf(able).length === 0 && targetsOf(plan).length > 0)
    throw new Failure('unsupported_operation', `The model’s provider does not serve ${operation} for it.`, { param: 'model' })
  const filled = await attempt(call, able, receipt, (target, isStrict) => ask(call, target, { isStrict, gateway, receipt }))
  give(filled, call, receipt)
}

interface Filled<F extends FormName> {
  readonly answer: Forms[F]['answer']
  /** The provider's own answer, where the client may have it as it came. */
  readonly passed: { readonly bytes: Buffer; readonly body: JsonObject } | undefined
}

/** All or nothing: of an answer that takes several requests, one that fails fails the attempt. */
async function ask<F extends FormName>(call: FormCall<F>, target: Target, terms: Terms): Promise<Filled<F>> {
  const { gateway, receipt } = terms
  const { wire, operation } = call.surface
  const { dialect, parts, passesOn } = prepareForm(call, target, terms)
  await begin(gateway, receipt, { call, target })
  const answers = await postAll(
    parts.map(({ request }) => request),
    { call, target, terms, dialect },
  )
  const answer = joinAnswers(
    operation,
    answers.map(({ body }, at) => dialect.readResponse(body, parts[at]!.asked)),
  )
  receipt.observeForm(answer)
  const [passed] = answers
  const isAsAsked = passesOn && wire.isAsAsked?.(passed!.body, call.request) !== false
  return { answer, passed: isAsAsked ? passed : undefined }
}

function give<F extends FormName>({ answer, passed }: Filled<F>, call: FormCall<F>, receipt: Receipt): void {
  const { wire } = call.surface
  const wanted = { asked: call.request, id: receipt.record.request_id, tokens: receipt.currentInput() }
  if (passed === undefined) return writeWhole(wire.writeResponse(answer, wanted), call, receipt)
  const supplied = wire.supply?.(answer, wanted) ?? {}
  if (call.extensions.showsAttempts) return writeWhole({ ...passed.body, ...supplied }, call, receipt)
  endWhole(withFields(passed.bytes, supplied), call, receipt)
}

/** The same object with fields that it does not have, put first: what was answered may be long, and stays as it is. */
function withFields(bytes: Buffer, fields: JsonObject): Buffer {
  const text = JSON.stringify(fields).slice(0, -1)
  return text === '{' ? bytes : Buffer.concat([Buffer.from(`${text},`), bytes.subarray(bytes.indexOf('{') + 1)])
}
