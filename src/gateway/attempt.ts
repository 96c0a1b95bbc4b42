/** Asks the targets of a plan in turn, until one of them speaks. */

import { monotonic, pause } from '../base/clock.ts'
import { Failure, toFailure, type Reason } from '../canonical/failure.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { PassedOver } from '../receipts/signals.ts'
import { Course, mostAttempts, type Unasked } from '../routing/course.ts'
import type { Lease } from '../routing/lease.ts'
import type { Leaf } from '../routing/leaf.ts'
import type { Plan } from '../routing/plan.ts'
import { idOf, type Target } from '../routing/target.ts'
import { affinityOf } from './affinity.ts'
import { billingOf } from './billing.ts'
import type { AnyCall } from './call.ts'
import { needsOf } from './needs.ts'
import { secretsOf } from './secrets.ts'

/** One attempt at a target: resolves when it has spoken. Throws `Failure`. `isStrict`: what the target cannot be told is refused. */
export type Ask<A> = (target: Target, isStrict: boolean) => Promise<A>

/** How much may be tried for one call. Times are milliseconds. */
interface Bounds {
  readonly attempts: number
  readonly retries: number
  readonly totalTime: number
  readonly until: number
  readonly isStrict: boolean
  readonly staysThere: boolean
}

/**
 * Throws the last target's failure, or why none could be asked. The number of attempts and their time are bounded,
 * whatever the plan says. Whoever answered is held until the call ends.
 */
export async function attempt<A>(call: AnyCall, plan: Plan, receipt: Receipt, ask: Ask<A>): Promise<A> {
  const began = monotonic()
  const bounds = boundsOf(call, plan, began)
  const course = courseOf(call, plan)
  call.routing.health.retries.noteCall(began)
  let failure: Failure | undefined
  for (let time = began; ; time = monotonic()) {
    const first = course.hold(time) ?? (await course.next(patienceOf(call, bounds)))
    receipt.time.queued(course.takeWaited())
    if (call.client.isGone) throw giveBack(first)
    // Nobody was asked, and who could be told the request may come back: that is what the client should know.
    if (first === undefined) throw failure === undefined || (receipt.attempts.length === 0 && course.hasMore) ? course.refusal() : failure
    const { leaf } = first
    receipt.record.passed_over =
      plan.root.strategy !== 'priority' || leaf === plan.root.leaves[0] ? nobody : course.passedOver(leaf).map((unasked) => toPassedOver(unasked, receipt))
    for (let again = 0, lease: Lease | undefined = first; lease !== undefined; again += 1) {
      const asked = await askOnce({ call, receipt, lease, bounds }, ask)
      if ('answer' in asked) return asked.answer
      if (asked.wasAsked || failure === undefined) failure = asked.failure
      if (isLast(asked, plan, bounds) || isSpent(call, receipt)) throw failure
      if (!asked.wasAsked && asked.failure.row.blame === 'caller') course.passOver(leaf)
      if (asked.failure.reason === 'context_length_exceeded') course.needMore(leaf)
      // Who has not been asked yet comes before who has failed.
      const mayRetry = again < bounds.retries && receipt.attempts.length < bounds.attempts - (bounds.staysThere ? 0 : course.unasked)
      const wait = mayRetry ? pauseBefore(again, asked, { leaf, course, call }) : undefined
      if (wait === undefined || monotonic() + wait > bounds.until) break
      await waitFor(wait, call, receipt)
      // Others may have waited for the same moment: it is asked when it has room, like any other.
      lease = isUnwanted(call) ? undefined : await course.next(patienceOf(call, bounds), leaf)
      receipt.time.queued(course.takeWaited())
      if (isUnwanted(call)) throw giveBack(lease)
    }
    if (failure !== undefined && (bounds.staysThere || receipt.attempts.length >= bounds.attempts || monotonic() > bounds.until)) throw failure
  }
}

const nobody: readonly PassedOver[] = []

function toPassedOver({ leaf, why }: Unasked, { names }: Receipt): PassedOver {
  const { connection, model } = leaf.target
  return { target: `${idOf(connection)}/${names.model(model)}`, why }
}

function boundsOf({ snapshot, extensions, caller }: AnyCall, plan: Plan, time: number): Bounds {
  const { limits } = snapshot
  const { chain } = plan
  const totalTime = chain?.totalTime ?? limits.attemptTime
  return {
    attempts: mostAttempts(plan, limits.attempts),
    retries: extensions.retries ?? chain?.retries ?? snapshot.retries,
    totalTime,
    until: time + totalTime,
    isStrict: caller.isStrict ?? chain?.strict ?? snapshot.strict,
    staysThere: extensions.staysThere,
  }
}

export function courseOf(call: AnyCall, plan: Plan): Course {
  return new Course(plan, {
    who: call.caller.keyId ?? '',
    needs: () => needsOf(call),
    affinity: () => affinityOf(call),
    onGone: (leave) => call.client.onGone(leave),
  })
}

function patienceOf({ snapshot }: AnyCall, { until }: Bounds): number {
  return Math.min(snapshot.limits.queueTime, until - monotonic())
}

interface Asking {
  readonly call: AnyCall
  readonly receipt: Receipt
  readonly lease: Lease
  readonly bounds: Bounds
}

/** `wasAsked`: something went out to the target, which may have cost something. */
interface Failed {
  readonly failure: Failure
  readonly wasAsked: boolean
}

async function askOnce<A>({ call, receipt, lease, bounds }: Asking, ask: Ask<A>): Promise<{ readonly answer: A } | Failed> {
  const { target } = lease.leaf
  const left = bounds.until - lease.beganAt
  try {
    tellTarget(call, target, receipt)
    const answer = await ask(within(left, target), bounds.isStrict)
    lease.speak()
    call.lease = lease
    endAttempt(target, 'answered', receipt)
    return { answer }
  } catch (error) {
    const failure = call.client.isGone ? gone() : toFailure(error)
    const wasAsked = receipt.isAttempting
    const wasCutShort = failure.reason === 'upstream_timeout' && left < bounds.totalTime * fairShare && monotonic() >= bounds.until
    lease.end(wasAsked && !wasCutShort ? failure : undefined, receipt.record.upstream_status !== null)
    if (wasAsked) endAttempt(target, failure.reason, receipt)
    return { failure, wasAsked }
  }
}

/** Whoever got less than this of a call's time, because others took the rest, is not to blame that it was too short. */
const fairShare = 0.5

/** The same target, which has no more time to answer than the call has left. */
function within(left: number, target: Target): Target {
  const { connection } = target
  const { firstByteStreamed, firstByteWhole, firstWord, total } = connection.deadlines
  if (left >= Math.min(total, Math.max(firstByteStreamed + firstWord, firstByteWhole))) return target
  return { ...target, connection: { ...connection, deadlines: { ...connection.deadlines, spoken: left } } }
}

/** Nobody waits for it any more, or the process is about to end. */
const isUnwanted = ({ client }: AnyCall): boolean => client.isGone || client.interruption !== undefined
const gone = () => new Failure('client_closed', 'The client hung up.')

function giveBack(lease: Lease | undefined): Failure {
  lease?.end()
  return gone()
}

/** What a target cannot be told was not asked of it: another may know the words. */
function isLast({ failure, wasAsked }: Failed, { chain }: Plan, { staysThere }: Bounds): boolean {
  if (failure.row.next || chain?.alsoOn.includes(failure.reason) === true) return false
  return wasAsked || staysThere || failure.row.blame !== 'caller' || failure.reason === 'client_closed'
}

/** Of an upload that went on while it came nothing is left to send again. */
function isSpent({ upload }: AnyCall, receipt: Receipt): boolean {
  if (upload === undefined || upload.canRepeat) return false
  receipt.note('upload_spent')
  return true
}

export function tellTarget({ snapshot }: Pick<AnyCall, 'snapshot'>, { connection, model }: Target, receipt: Receipt): void {
  const { record } = receipt
  receipt.forgetDropped()
  receipt.names.sent = secretsOf(connection)
  record.wire = null
  record.provider = connection.name
  record.account = connection.account ?? null
  record.resolved_model = receipt.names.model(model)
  record.substrate = connection.provider.substrate
  record.region = connection.region ?? null
  record.upstream_host = connection.origin === '' ? null : connection.host
  record.runtime_mode = connection.origin === '' ? 'smoke' : 'live'
  receipt.isDeployment = connection.provider.namesDeployments === true
  receipt.billing = billingOf(connection, snapshot)
}

export function endAttempt({ connection, model }: Target, reason: Reason | 'answered', receipt: Receipt): void {
  const { name: provider, account = null, region = null } = connection
  receipt.endAttempt({ provider, account, model, region, status: receipt.record.upstream_status, reason })
}

/** Milliseconds at most between two attempts at one target, when the provider does not say: doubled each time. */
const firstPause = 500

interface Retrying {
  readonly leaf: Leaf
  readonly course: Course
  readonly call: AnyCall
}

/**
 * Full jitter, so that the retries of many calls do not come together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/);
 * what the provider says is the least. Undefined where the next target's turn comes at once: the failure is none that passes soon,
 * another account can be asked instead, or all calls together have retried enough.
 */
function pauseBefore(again: number, { failure: { row, retryAfterMs } }: Failed, { leaf, course, call }: Retrying): number | undefined {
  const { limits, retryShare, retryFloor } = call.snapshot
  const time = monotonic()
  const least = leaf.outFor(time)
  const isOut = retryAfterMs !== undefined || row.health?.does === 'eject'
  if (!row.again || least > limits.retryPause || (isOut && !call.extensions.staysThere && course.hasAnotherWayTo(leaf))) return undefined
  if (!call.routing.health.retries.take(time, retryShare, retryFloor)) return undefined
  const jitter = Math.random() * Math.min(limits.retryPause, firstPause * 2 ** again)
  return least === 0 ? jitter : least + jitter / 4
}

async function waitFor(ms: number, { client }: AnyCall, receipt: Receipt): Promise<void> {
  const from = monotonic()
  const waiting = pause(ms)
  client.onGone(() => waiting.cancel())
  await waiting.done
  receipt.time.paused(monotonic() - from)
}
