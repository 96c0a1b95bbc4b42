/** What operators are told of a call that has come to wait for a person: who asks, and by which rule; nothing of what is asked. */

import { noticeId } from '../base/ids.ts'
import type { NoticeBody } from '../contract/alerts.ts'
import { dollars } from '../contract/money.ts'
import { pathOfReview } from '../policy/review.ts'
import type { Notice } from '../storage/notices.ts'
import type { NewReview } from '../storage/reviews.ts'

export function noticeOf({ id, tenant, key, user, rule, estimate, model, surface, decision, createdAt, endsAt }: NewReview): Notice {
  const most = estimate === null ? null : dollars(estimate)
  const until = new Date(endsAt).toISOString()
  const body: NoticeBody = {
    type: 'review.required',
    subject: `A call to ${model} waits for a decision`,
    text: `The rule ${rule} wants a person to decide on a call of the tenant ${tenant} to ${model}${most === null ? '' : `, which costs $${most} at most`}. Without a decision it is refused at ${until}. \`omni review show ${id}\` shows it.`,
    data: { review: id, path: pathOfReview(id), tenant, key, user, rule, estimate_usd: most, model, surface, decision, created_at: createdAt, until: endsAt },
  }
  return { id: noticeId(), once: `review ${id}`, tenant, body: JSON.stringify(body), at: createdAt }
}
