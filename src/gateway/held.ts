/** A call that a rule wants a person to decide on: held as long as the rule says, then refused until somebody has. */

import type { Json } from '../base/json.ts'
import { Failure } from '../canonical/failure.ts'
import { pathOfReview, type Held } from '../policy/review.ts'
import type { ReviewTerms, Verdict } from '../policy/verdict.ts'
import { costAt } from '../receipts/estimate.ts'
import { billingOf } from './billing.ts'
import { vendorPart } from './extensions.ts'
import { asksForm, asksMedia, type AnyCall } from './call.ts'
import { keepCompany } from './company.ts'
import type { Deciding } from './deciding.ts'
import { firstOf } from './permit.ts'

const usual: ReviewTerms = { wait: 0, expiresIn: 24 * 3_600_000 }

/** Resolves where somebody allowed it. Throws `Failure` where nobody did, or somebody did not. */
export async function hold<C extends AnyCall>(call: C, { by, review: terms = usual }: Verdict, { plan, gateway, receipt }: Deciding<C>): Promise<void> {
  const { caller, client, surface, extensions } = call
  const { holder } = caller
  const target = firstOf(plan)!
  const payload = await payloadOf(call)
  const where = [extensions.route ?? '', extensions.provider ?? '', ...extensions.fallbacks]
  const company = asksForm(call) || asksMedia(call) ? undefined : keepCompany(call, receipt)
  try {
    const held = await gateway.reviews.hold({
      tenant: holder.tenant,
      key: holder.key,
      user: holder.user,
      hash: gateway.reviews.digest({ tenant: holder.tenant, key: holder.key, surface: surface.name, path: client.path + client.named, where, body: payload }),
      rule: by ?? 'unknown',
      estimate: costAt(receipt, billingOf(target.connection, call.snapshot), target.model),
      model: receipt.record.requested_model ?? 'unknown',
      surface: surface.name,
      terms,
      decision: receipt.id,
      content: caller.review === 'metadata' ? undefined : () => JSON.stringify(payload),
      onGone: (listener) => client.onGone(listener),
    })
    if ('review' in held) receipt.record.review_id = held.review
    if (held.state !== 'approved') {
      receipt.record.refused_by = by ?? null
      throw refusalOf(held, by, receipt.id)
    }
    call.review = held.review
    if (held.budget !== null && call.charge !== undefined) call.charge.allowed = held.budget
  } finally {
    company?.stop()
  }
}

/** What an approval is bound to: of a form all of it, also what has not come yet. */
async function payloadOf({ body, upload }: AnyCall): Promise<Json> {
  if (upload === undefined) return vendorPart(body.object)
  await upload.gather()
  return { fields: { ...upload.fields }, files: await upload.describe() }
}

/** Clients may ask again so soon, in milliseconds. */
const askAgain = 10_000

function refusalOf(held: Exclude<Held, { readonly state: 'approved' }>, by: string | undefined, decision: string): Failure {
  switch (held.state) {
    case 'pending':
      return new Failure(
        'review_required',
        `The rule \`${by}\` wants a person to decide on this call (decision ${decision}). Look at ${pathOfReview(held.review)}, and send the same again when it is approved.`,
        { retryAfterMs: askAgain },
      )
    case 'used':
      return new Failure('review_required', `The approval of this call was used by another one like it: ask for another. It was ${pathOfReview(held.review)}.`)
    case 'denied':
      return new Failure('policy_blocked', `A person decided that this call may not go on: ${held.reason}.`)
    case 'expired':
      return new Failure('policy_blocked', `The rule \`${by}\` wants a person to decide on this call, and nobody did in time.`)
    case 'full':
      return new Failure('review_unavailable', 'As many calls are held as may be: decide on some of them first.', { retryAfterMs: askAgain })
    case 'unavailable':
      return new Failure('review_unavailable', 'The call cannot be held for a person now.', { retryAfterMs: askAgain })
  }
}
