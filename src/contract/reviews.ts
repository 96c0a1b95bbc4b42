/** `/_omni/reviews`: calls that are held for a person, and what was decided of each. */

import { z } from 'zod'
import { denials } from '../policy/review.ts'
import { moment } from './access.ts'
import { usd } from './money.ts'

/** `expired`: nobody decided in time, or nobody used the approval. `used`: it ran as often as it might. */
export const reviewStates = ['pending', 'approved', 'denied', 'expired', 'used'] as const

export const approval = z.strictObject({
  /** Calls that may run: one, or any number of them where `until` is given alone. */
  uses: z.int().min(1).max(1000).optional(),
  /** Until when; as long as it might have waited for a decision where absent. */
  until: moment.optional(),
  /** What each may cost beyond what its budgets have left. */
  budget_usd: usd.optional(),
})

export const denial = z.strictObject({ reason: z.enum(denials, `a reason is one of ${denials.join(', ')}`) })

/** Times are milliseconds since 1970. */
export interface ReviewResource {
  readonly id: string
  readonly state: (typeof reviewStates)[number]
  readonly tenant: string
  /** Whose call it is; null where client auth is off. */
  readonly key: string | null
  /** Whom the key belongs to: this user cannot decide. */
  readonly user: string | null
  /** Which rule wants it, as `document/rule@version`. */
  readonly rule: string
  readonly model: string
  readonly surface: string
  /** At most; null where nobody knows the price. */
  readonly estimate_usd: string | null
  /** The receipt of the call that asked first. */
  readonly decision: string
  readonly created_at: number
  /** When silence is a no; of what was decided, until when that counts. */
  readonly until: number
  /** Calls that may still run; null where any number may, and where nothing is approved. */
  readonly uses: number | null
  readonly budget_usd: string | null
  readonly reason: (typeof denials)[number] | null
  /** A user, or `admin`; null for clients. */
  readonly decided_by: string | null
  readonly decided_at: number | null
  /** The receipt of the call that ran last. */
  readonly ran_for: string | null
  /** `kept` until the decision; `withheld` where the tenant wants reviews by metadata alone. */
  readonly content_state: 'kept' | 'erased' | 'withheld' | 'too_large'
  /** What is asked, as JSON: for those who may decide, while nobody has. */
  readonly content?: string
}

export interface ReviewPage {
  readonly data: readonly ReviewResource[]
  readonly next_cursor: string | null
}
