/** One call's way through its plan: who is asked next, until somebody answers or nobody is left. */

import { monotonic } from '../base/clock.ts'
import { Failure, type Reason } from '../canonical/failure.ts'
import { isAble, mayTakeMore, type Needs } from '../catalog/abilities.ts'
import type { Group, Leaf, Member } from './leaf.ts'
import { Lease } from './lease.ts'
import type { Plan } from './plan.ts'
import type { Standing } from './standing.ts'
import type { Circumstances } from './strategies/strategy.ts'

/** Who is on the way. */
export interface Traveller {
  /** Whose call it is: those who wait take turns by this. */
  readonly who: string
  /** Asked once, and only where it can make a difference. */
  needs(): Needs
  /** 32 bits of the session, or of the beginning of the prompt. */
  affinity(): number | undefined
  /** Calls back when nobody wants the answer any more. */
  onGone(leave: () => void): void
}

/** Milliseconds that a call may wait in all for room. */
export type Patience = number

/** Beyond these many targets nobody waits for an answer any more. */
const mostTargets = 16

/** Attempts of one call in all, where the configuration gives it so many: each target of a chain gets its turn, unless the chain says a number of its own. */
export function mostAttempts({ chain, root }: Plan, given: number): number {
  return chain?.attempts ?? Math.max(given, Math.min(root.leaves.length, mostTargets))
}

/** Who was not asked, and why. */
export interface Unasked {
  readonly leaf: Leaf
  readonly why: 'left_alone' | 'full' | 'lacks'
}

/** More are not told. */
const mostUnasked = 8

const nothing: Needs = { bits: 0, input: 0, output: 0 }

export class Course implements Circumstances<Member> {
  input = 0
  output = 0
  affinity: number | undefined
  turn = 0
  readonly #plan: Plan
  readonly #traveller: Traveller
  /** Bounded by the attempts of a call. */
  readonly #asked: Leaf[] = []
  #time = 0
  #waited = 0
  /** It waited for room as long as it may, and got none. */
  #isTimeUp = false
  #needs: Needs | undefined
  /** The context of a target that was too small. */
  #tooSmall = 0
  /** Of those that were offered, who could not be told the request. */
  readonly #mute: Leaf[] = []

  constructor(plan: Plan, traveller: Traveller) {
    this.#plan = plan
    this.#traveller = traveller
  }

  readonly random = Math.random

  /** The next to ask where it can be asked at once, held: between choosing and holding nobody else can take the room. It is not offered again. */
  hold(time: number): Lease | undefined {
    const leaf = this.offer(time)
    return leaf && new Lease(leaf, time)
  }

  /** The same; waits for room up to `patience` where waiting is short. Undefined where nobody is left. `only`: that one again, or nobody. */
  async next(patience: Patience, only?: Leaf): Promise<Lease | undefined> {
    const from = monotonic()
    for (let time = from; ; time = monotonic()) {
      const leaf = only === undefined ? this.offer(time) : only.isIn(time) ? only : undefined
      if (leaf !== undefined) return new Lease(leaf, time)
      const left = from + patience - time
      const place = left > 0 ? whereToWait(only === undefined ? this.#leaves() : [only], time, left) : undefined
      if (place === undefined) return undefined
      const isLet = await this.#wait(place, from + patience)
      this.#waited += monotonic() - time
      if (!isLet) return undefined
      place.unreserve()
    }
  }

  /** The next that can be asked at once, if there is one; it is not offered again. */
  offer(time: number): Leaf | undefined {
    const leaf = this.#choose(time) ?? this.#despair(time)
    if (leaf !== undefined) this.#asked.push(leaf)
    return leaf
  }

  /** Milliseconds that the call waited for room since this was asked last. */
  takeWaited(): number {
    const waited = this.#waited
    this.#waited = 0
    return waited
  }

  /** How many could be asked now that were not offered yet. */
  get unasked(): number {
    this.#time = monotonic()
    const left = this.#plan.root.leaves.filter((leaf) => this.isIn(leaf)).length
    return Math.max(0, Math.min(left, mostTargets - this.#asked.length))
  }

  /** Whether the same model could be asked at once by another account. */
  hasAnotherWayTo({ target: { connection, model } }: Leaf): boolean {
    this.#time = monotonic()
    const { leaves } = this.#plan.root
    return leaves.some((leaf) => leaf.target.connection.name === connection.name && leaf.target.model === model && this.isIn(leaf))
  }

  /** From now on only targets with more room for context than that one are offered. */
  needMore({ context }: Leaf): void {
    this.#tooSmall = Math.max(this.#tooSmall, context)
  }

  /** It was offered, and could not be told the request: nothing was asked of it. */
  passOver(leaf: Leaf): void {
    this.#mute.push(leaf)
  }

  /** Who stands before that one in the operator's order, and was not asked. Strategies that draw have no such order. */
  passedOver(chosen: Leaf): readonly Unasked[] {
    const { allows, root } = this.#plan
    const time = monotonic()
    const unasked: Unasked[] = []
    for (const leaf of leavesBefore(chosen, root)) {
      if (unasked.length === mostUnasked) break
      if (allows?.(leaf.target) === false || this.#asked.some((one) => one.own === leaf.own && !this.#mute.includes(one))) continue
      const isLeftAlone = leaf.places.some((place) => place.stateAt(time) !== 'closed')
      unasked.push({ leaf, why: !this.#fits(leaf) ? 'lacks' : isLeftAlone ? 'left_alone' : 'full' })
    }
    return unasked
  }

  /** Whether somebody could still be asked, were they in. */
  get hasMore(): boolean {
    return this.#leaves().length > 0
  }

  /** Whether it may be asked now, as strategies want to know it. */
  isIn(member: Member): boolean {
    if (member.kind === 'group') return member.leaves.some((leaf) => this.isIn(leaf))
    return member.isIn(this.#time) && this.#fits(member)
  }

  /** Why nobody could be asked, and when to come back. */
  refusal(): Failure {
    const time = monotonic()
    const leaves = this.#leaves()
    const left = leaves.flatMap((leaf) => longestOut(leaf, time) ?? [])
    // Whoever waited until its time was up may find that somebody has room by now.
    if (left.length === 0 && leaves.length > 0) return new Failure('queue_full', this.#sentenceFor('queue_full'), { retryAfterMs: leastWait })
    if (left.length === 0) return new Failure('no_healthy_upstream', 'There is no target that can be asked.')
    const waits = left.map((place) => Math.max(leastWait, backAt(place, time) - time))
    const reasons = new Set(left.map((place) => reasonOf(place, time)))
    const reason = reasons.size === 1 ? [...reasons][0]! : 'no_healthy_upstream'
    return new Failure(reason, this.#sentenceFor(reason), { retryAfterMs: Math.min(...waits) })
  }

  #sentenceFor(reason: Reason): string {
    if (reason === 'queue_full' && this.#isTimeUp)
      return 'All targets have as many calls under way as they may have, and this one waited for room as long as it may.'
    return sentences[reason] ?? sentences.no_healthy_upstream!
  }

  #choose(time: number): Leaf | undefined {
    this.#time = time
    const { root } = this.#plan
    if (root.leaves.length === 1) return this.isIn(root.leaves[0]!) ? root.leaves[0] : undefined
    if (this.#needs === undefined) this.#consider(root)
    return this.#descend(root)
  }

  #consider({ isPicky, uses }: Group): void {
    this.#needs = isPicky || uses.has('cost-optimized') ? this.#traveller.needs() : nothing
    this.input = this.#needs.input
    this.output = this.#needs.output
    if (uses.has('sticky')) this.affinity = this.#traveller.affinity()
  }

  #descend(group: Group): Leaf | undefined {
    this.turn = group.turn
    const at = group.choose<Member>(group.members, this)
    if (at === -1) return undefined
    group.turn += 1
    const member = group.members[at]!
    return member.kind === 'leaf' ? member : this.#descend(member)
  }

  #fits(leaf: Leaf): boolean {
    // One target may stand in several of a chain's lists.
    if (this.#asked.length > 0 && this.#asked.some(({ own }) => own === leaf.own)) return false
    const { allows } = this.#plan
    if (allows !== undefined && !allows(leaf.target)) return false
    if (this.#tooSmall > 0 && !mayTakeMore(leaf.context, this.#tooSmall)) return false
    return this.#needs === undefined || this.#needs === nothing || isAble(this.#needs, leaf)
  }

  /** Those that may still be asked, were they sound. */
  #leaves(): readonly Leaf[] {
    return this.#plan.root.leaves.filter((leaf) => this.#fits(leaf))
  }

  /** What broke is tried where nothing else is left; what is said to lack something, where nobody has it: the catalogue may be wrong. */
  #despair(time: number): Leaf | undefined {
    const leaves = this.#leaves()
    if (leaves.length > 0) return leaves.find((leaf) => leaf.places.every((place) => place.isIn(time) || place.mayPanic(time)))
    if (this.#needs === undefined || this.#needs === nothing || this.#asked.length > this.#mute.length) return undefined
    this.#needs = nothing
    return this.#choose(time)
  }

  async #wait(place: Standing, until: number): Promise<boolean> {
    const waiting = place.queue(this.#traveller.who, until)
    if (waiting === undefined) return false
    this.#traveller.onGone(() => waiting.end(false))
    const isGranted = await waiting.isGranted
    this.#isTimeUp = !isGranted
    return isGranted
  }
}

function* leavesBefore(chosen: Leaf, { members, strategy }: Group): Generator<Leaf> {
  for (const member of members) {
    if (member === chosen) return
    if (member.kind === 'leaf') {
      if (strategy === 'priority') yield member
    } else if (member.leaves.includes(chosen)) return yield* leavesBefore(chosen, member)
    else if (strategy === 'priority') yield* member.leaves
  }
}

/** Where a call is over any moment, before where we were told to come back later. */
export function whereToWait(leaves: readonly Leaf[], time: number, patience: Patience): Standing | undefined {
  let best: Standing | undefined
  let shortest = Infinity
  for (const leaf of leaves) {
    const wait = leaf.outFor(time)
    if (wait >= shortest) continue
    const out = leaf.places.filter((place) => !place.isIn(time))
    if (out.length === 0 || !out.every((place) => place.isWorthWaiting(time, patience))) continue
    best = out[0]
    shortest = wait
  }
  return best
}

/** Nobody is told to come back at once, in milliseconds. */
const leastWait = 1000

const backAt = (place: Standing, time: number): number => (place.stateAt(time) === 'open' ? place.ejection!.until : time)

/** The place that keeps a target out, of several the one that does so longest. */
function longestOut({ places }: Leaf, time: number): Standing | undefined {
  let longest: Standing | undefined
  for (const place of places) if (!place.isIn(time) && (longest === undefined || backAt(place, time) > backAt(longest, time))) longest = place
  return longest
}

function reasonOf(place: Standing, time: number): Reason {
  if (place.stateAt(time) === 'closed') return 'queue_full'
  const { reason, isBroken } = place.ejection!
  return isBroken || sentences[reason] === undefined ? 'no_healthy_upstream' : reason
}

const sentences: { readonly [reason in Reason]?: string } = {
  no_healthy_upstream: 'No target can be asked now: those that there are failed, or told the gateway to stay away.',
  queue_full: 'All targets have as many calls under way as they may have, and as many wait as may wait.',
  rate_limit_exceeded: 'The provider’s rate limit is reached, and it told the gateway when to come back.',
  overloaded: 'The provider is overloaded, and told the gateway when to come back.',
  upstream_auth_error:
    'The provider refused the gateway’s own credential, which is left alone for a while. Your key is fine; the operator must look at the provider’s.',
  upstream_quota_exceeded: 'The gateway’s account at the provider is out of quota. Your key is fine; the operator must look at the account.',
}
