/** Tries the targets of a plan in turn, until one of them speaks. */

import { monotonic, pause } from '../base/clock.ts'
import { Failure, toFailure } from '../canonical/failure.ts'
import { catalogOf } from '../providers/provider.ts'
import { nameOf, type Receipt } from '../receipts/receipt.ts'
import type { Plan, Target } from '../routing/target.ts'
import type { Answer } from './answer.ts'
import type { Call } from './call.ts'
import type { Gateway } from './gateway.ts'
import { send, type Terms } from './send.ts'

/** Throws the last target's failure. The number of attempts and their time are bounded, whatever the plan says. */
export async function attempt(call: Call, plan: Plan, gateway: Gateway, receipt: Receipt): Promise<Answer> {
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
        return await once(call, target, { isStrict, gateway, receipt })
      } catch (error) {
        failure = call.client.isGone ? new Failure('client_closed', 'The client hung up.') : toFailure(error)
        tellFailure(target, failure, receipt)
      }
      if (!failure.row.next) throw failure
      const wait =
        failure.row.again && again < retries && receipt.attempts.length < most ? pauseBefore(again, failure.retryAfterMs, limits.retryPause) : undefined
      if (wait === undefined || monotonic() + wait > until) break
      await waitFor(wait, call, receipt)
    }
    if (monotonic() > until) break
  }
  throw failure ?? new Failure('no_healthy_upstream', 'The chain has no target that can be asked.')
}

async function once(call: Call, target: Target, terms: Terms): Promise<Answer> {
  const { receipt } = terms
  const { connection, model } = target
  const { record } = receipt
  receipt.forgetDropped()
  record.provider = connection.name
  record.resolved_model = nameOf(model)
  record.substrate = connection.provider.substrate
  record.upstream_host = connection.origin === '' ? null : connection.host
  record.runtime_mode = connection.origin === '' ? 'smoke' : 'live'
  receipt.bill({ catalog: catalogOf(connection.provider), isFree: connection.origin === '', feePercent: call.snapshot.platformFeePercent })
  const answer = await send(call, target, terms)
  receipt.endAttempt({ provider: connection.name, model, region: null, status: record.upstream_status, reason: 'answered' })
  return answer
}

function tellFailure({ connection, model }: Target, failure: Failure, receipt: Receipt): void {
  if (!receipt.isAttempting) return
  receipt.endAttempt({ provider: connection.name, model, region: null, status: receipt.record.upstream_status, reason: failure.reason })
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

async function waitFor(ms: number, { client }: Call, receipt: Receipt): Promise<void> {
  const from = monotonic()
  const waiting = pause(ms)
  client.onGone(() => waiting.cancel())
  await waiting.done
  receipt.paused(monotonic() - from)
}
