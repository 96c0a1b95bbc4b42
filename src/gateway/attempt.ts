/** Tries the targets of a plan in turn, until one of them speaks. */

import { monotonic, pause } from '../base/clock.ts'
import { Failure, toFailure, type Reason } from '../canonical/failure.ts'
import { catalogOf } from '../providers/provider.ts'
import { nameOf, type Receipt } from '../receipts/receipt.ts'
import type { Plan, Target } from '../routing/target.ts'
import type { AnyCall } from './call.ts'

/** One attempt at a target: resolves when it has spoken. Throws `Failure`. `isStrict`: what the target cannot be told is refused. */
export type Ask<A> = (target: Target, isStrict: boolean) => Promise<A>

/** Throws the last target's failure. The number of attempts and their time are bounded, whatever the plan says. */
export async function attempt<A>(call: AnyCall, plan: Plan, receipt: Receipt, ask: Ask<A>): Promise<A> {
  const { limits } = call.snapshot
  const until = monotonic() + limits.attemptTime
  const retries = call.extensions.retries ?? plan.chain?.retries ?? call.snapshot.retries
  const targets = call.extensions.staysThere ? plan.targets.slice(0, 1) : plan.targets
  const isStrict = plan.chain?.strict ?? call.snapshot.strict
  // Each target of a chain gets its turn, however long the operator made it.
  const mostAttempts = Math.max(limits.attempts, targets.length)
  let failure: Failure | undefined
  for (const [at, target] of targets.entries()) {
    // Who has not been asked yet comes before who has failed.
    const most = mostAttempts - (targets.length - at - 1)
    for (let again = 0; again <= retries; again += 1) {
      if (failure && receipt.attempts.length >= mostAttempts) throw failure
      if (call.client.isGone) throw new Failure('client_closed', 'The client hung up.')
      try {
        tellTarget(call, target, receipt)
        const answer = await ask(target, isStrict)
        endAttempt(target, 'answered', receipt)
        return answer
      } catch (error) {
        failure = call.client.isGone ? new Failure('client_closed', 'The client hung up.') : toFailure(error)
        if (receipt.isAttempting) endAttempt(target, failure.reason, receipt)
      }
      if (!failure.row.next || isSpent(call, receipt)) throw failure
      const wait =
        failure.row.again && again < retries && receipt.attempts.length < most ? pauseBefore(again, failure.retryAfterMs, limits.retryPause) : undefined
      if (wait === undefined || monotonic() + wait > until) break
      await waitFor(wait, call, receipt)
    }
    if (monotonic() > until) break
  }
  throw failure ?? new Failure('no_healthy_upstream', 'The chain has no target that can be asked.')
}

/** Of an upload that went on while it came nothing is left to send again. */
function isSpent({ upload }: AnyCall, receipt: Receipt): boolean {
  if (upload === undefined || upload.canRepeat) return false
  receipt.spendUpload()
  return true
}

function tellTarget({ snapshot }: AnyCall, { connection, model }: Target, receipt: Receipt): void {
  const { record } = receipt
  receipt.forgetDropped()
  record.provider = connection.name
  record.resolved_model = nameOf(model)
  record.substrate = connection.provider.substrate
  record.upstream_host = connection.origin === '' ? null : connection.host
  record.runtime_mode = connection.origin === '' ? 'smoke' : 'live'
  receipt.bill({ catalog: catalogOf(connection.provider), isFree: connection.origin === '', feePercent: snapshot.platformFeePercent })
}

function endAttempt({ connection, model }: Target, reason: Reason | 'answered', receipt: Receipt): void {
  receipt.endAttempt({ provider: connection.name, model, region: null, status: receipt.record.upstream_status, reason })
}

/** Milliseconds at most between two attempts at one target, when the provider does not say: doubled each time. */
const firstPause = 500

/**
 * Full jitter, so that the retries of many calls do not come together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/);
 * what the provider says is the least. Undefined where it says longer than we wait: then the next target's turn comes at once.
 */
function pauseBefore(again: number, retryAfterMs: number | undefined, longest: number): number | undefined {
  const jitter = Math.random() * Math.min(longest, firstPause * 2 ** again)
  if (retryAfterMs === undefined) return jitter
  return retryAfterMs > longest ? undefined : retryAfterMs + jitter / 4
}

async function waitFor(ms: number, { client }: AnyCall, receipt: Receipt): Promise<void> {
  const from = monotonic()
  const waiting = pause(ms)
  client.onGone(() => waiting.cancel())
  await waiting.done
  receipt.paused(monotonic() - from)
}
