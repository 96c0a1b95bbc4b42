/** Who a call would be put before, in which order, and why the others would not be asked: found by the code that serves calls, and without asking anybody. */

import { monotonic, now } from '../base/clock.ts'
import type { Reason } from '../canonical/failure.ts'
import { isAble, needsIn, type Need, type Needs } from '../catalog/abilities.ts'
import { Course, whereToWait, type Patience, type Traveller } from './course.ts'
import { Health } from './health.ts'
import type { Group, Leaf, Missing } from './leaf.ts'
import type { Plan } from './plan.ts'
import { nameBehind, resolve, type Asked, type RoutingTable } from './resolve.ts'
import type { Standing } from './standing.ts'
import type { StrategyName } from './strategies/index.ts'
import type { Target } from './target.ts'

/** The shape of a call that nobody has made. */
export interface Imagined extends Asked {
  readonly needs: Needs
  readonly affinity: number | undefined
  readonly patience: Patience
  /** What the target’s wire refuses to say of it, in the wire’s words. */
  unsaid(target: Target): readonly string[]
}

export interface Explanation {
  readonly plan: Plan
  /** From the name that was asked for to where it leads. */
  readonly hops: readonly Hop[]
  /** Whether the next call of this shape may go another way by chance. */
  readonly isDrawn: boolean
  /** Those that would be asked in their order, then the others as the chain has them. */
  readonly prospects: readonly Prospect[]
  readonly missing: readonly Missing[]
}

export interface Hop {
  readonly name: string
  readonly by: 'alias' | 'wildcard' | Plan['reason']
}

/** One target, as the call would find it. */
export interface Prospect {
  readonly leaf: Leaf
  /** From 1; undefined where it would not be asked. */
  readonly place: number | undefined
  /** Nobody can be asked now, and the call would wait for this one, or another of which that is said. */
  readonly isWaitedFor: boolean
  /** Of many calls of this shape, how many would ask it first, counted: 0 to 1. */
  readonly share: number
  readonly state: 'closed' | 'open' | 'half_open'
  /** Nanodollars, Infinity where no price is known. */
  readonly price: number
  /** What speaks against it. Where it has a place all the same, it is only the last resort, when all others are out. */
  readonly obstacles: readonly Obstacle[]
}

/** `place` is the one that is out, `until` milliseconds since 1970. */
export type Obstacle =
  | { readonly why: 'left_alone'; readonly place: string; readonly reason: Reason; readonly until: number }
  | { readonly why: 'proving_itself' | 'full'; readonly place: string }
  | { readonly why: 'lacks'; readonly needs: readonly Need[] }
  | { readonly why: 'context_too_small' | 'output_too_small'; readonly tokens: number }
  | { readonly why: 'cannot_say'; readonly words: readonly string[] }
  | { readonly why: 'weight_zero' }

/** So many places are told: no call asks more. */
const mostPlaces = 100
/** Calls that shares are counted over, which are then right to within two or three percent: fewer where looking at all the targets takes long. */
const mostCalls = 4000
const mostLooks = 200_000

/** Throws `Failure` (`model_not_found`, `ambiguous_model`) where a call would get it. Takes no turn, holds no target, and knows no place that calls do not. */
export function explain(imagined: Imagined, table: RoutingTable): Explanation {
  const apart = { ...table, health: new Health(table.health.terms, table.health), known: new Map(table.known) }
  const plan = resolve(imagined, apart)
  const { allows = () => true, root } = plan
  const leaves = root.leaves.filter(({ target }) => allows(target))
  const time = monotonic()
  const idle = weightless(root)
  const obstacles = new Map(leaves.map((leaf) => [leaf, obstaclesOf(leaf, imagined, { time, isIdle: idle.has(leaf) })]))
  const mute = new Set(leaves.filter((leaf) => obstacles.get(leaf)!.some(({ why }) => why === 'cannot_say')))
  const order = leavingTurns(root, () => walk(plan, imagined, { time, mute }))
  const shares = leavingTurns(root, () => countFirsts(plan, imagined, { time, mute }))
  const prospects = leaves.map((leaf): Prospect => ({
    leaf,
    place: order.includes(leaf) ? order.indexOf(leaf) + 1 : undefined,
    isWaitedFor: order.length === 0 && isWaitedFor(leaf, obstacles.get(leaf)!, { time, patience: imagined.patience }),
    share: shares.get(leaf) ?? 0,
    state: worstState(leaf, time),
    price: leaf.price(imagined.needs.input, imagined.needs.output),
    obstacles: obstacles.get(leaf)!,
  }))
  return {
    plan,
    hops: hopsOf(imagined, plan, apart),
    isDrawn: isDrawn(root.uses, imagined),
    prospects: prospects.toSorted((one, other) => (one.place ?? mostPlaces + 1) - (other.place ?? mostPlaces + 1)),
    missing: root.missing,
  }
}

function travellerOf({ needs, affinity }: Imagined): Traveller {
  return { who: '', needs: () => needs, affinity: () => affinity, onGone: () => {} }
}

/** What calls find at this moment. `mute` cannot be told the request. */
interface Circumstance {
  readonly time: number
  readonly mute: ReadonlySet<Leaf>
}

/** Whoever cannot be told it is chosen, takes the turn, and is passed over when it is written for them. */
function offerOf(course: Course, { time, mute }: Circumstance): Leaf | undefined {
  let leaf = course.offer(time)
  for (; leaf !== undefined && mute.has(leaf); leaf = course.offer(time)) course.passOver(leaf)
  return leaf
}

/** Whom the call would ask if they all failed, one after the other. */
function walk(plan: Plan, imagined: Imagined, at: Circumstance): readonly Leaf[] {
  const course = new Course(plan, travellerOf(imagined))
  const order: Leaf[] = []
  for (let leaf = offerOf(course, at); leaf !== undefined && order.length < mostPlaces; leaf = offerOf(course, at)) order.push(leaf)
  return order
}

/** Who would be asked first, by many calls that come one after the other while nothing else changes. Bounded by the leaves. */
function countFirsts(plan: Plan, imagined: Imagined, at: Circumstance): ReadonlyMap<Leaf, number> {
  const calls = Math.max(100, Math.min(mostCalls, Math.floor(mostLooks / plan.root.leaves.length)))
  const counts = new Map<Leaf, number>()
  for (let call = 0; call < calls; call += 1) {
    const first = offerOf(new Course(plan, travellerOf(imagined)), at)
    if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1)
  }
  return new Map([...counts].map(([leaf, count]) => [leaf, count / calls]))
}

/** Turns belong to the calls that are made. */
function leavingTurns<Found>(root: Group, look: () => Found): Found {
  const groups = groupsIn(root)
  const turns = groups.map(({ turn }) => turn)
  const found = look()
  groups.forEach((group, at) => (group.turn = turns[at]!))
  return found
}

function groupsIn(group: Group): readonly Group[] {
  return [group, ...group.members.flatMap((member) => (member.kind === 'group' ? groupsIn(member) : []))]
}

/** Leaves that have no share of their group, or are in one that has none, where others have one and the strategy looks at it. */
function weightless({ members, strategy }: Group): ReadonlySet<Leaf> {
  const looks = strategy !== 'priority' && members.some(({ weight }) => weight > 0)
  return new Set(
    members.flatMap((member) => {
      if (looks && member.weight === 0) return member.kind === 'leaf' ? [member] : member.leaves
      return member.kind === 'leaf' ? [] : [...weightless(member)]
    }),
  )
}

const drawn: readonly StrategyName[] = ['random', 'weighted', 'fastest']

function isDrawn(uses: ReadonlySet<StrategyName>, { affinity }: Imagined): boolean {
  return drawn.some((name) => uses.has(name)) || (uses.has('sticky') && affinity === undefined)
}

function obstaclesOf(leaf: Leaf, { needs, unsaid }: Imagined, { time, isIdle }: { readonly time: number; readonly isIdle: boolean }): readonly Obstacle[] {
  const { bits, input, output } = needs
  const lacking = needsIn(bits & leaf.lacks)
  const words = unsaid(leaf.target)
  return [
    ...leaf.places.flatMap((place) => (place.isIn(time) ? [] : [closureOf(place, time)])),
    ...(lacking.length > 0 ? [{ why: 'lacks', needs: lacking } as const] : []),
    ...(words.length > 0 ? [{ why: 'cannot_say', words } as const] : []),
    ...(isAble({ bits: 0, input, output }, { lacks: 0, context: leaf.context, output: Infinity })
      ? []
      : [{ why: 'context_too_small', tokens: leaf.context } as const]),
    ...(output <= leaf.output ? [] : [{ why: 'output_too_small', tokens: leaf.output } as const]),
    ...(isIdle ? [{ why: 'weight_zero' } as const] : []),
  ]
}

const passing: readonly Obstacle['why'][] = ['full', 'proving_itself', 'left_alone', 'weight_zero']

function isWaitedFor(leaf: Leaf, obstacles: readonly Obstacle[], { time, patience }: { readonly time: number; readonly patience: Patience }): boolean {
  return patience > 0 && obstacles.every(({ why }) => passing.includes(why)) && whereToWait([leaf], time, patience) !== undefined
}

function closureOf(place: Standing, time: number): Obstacle {
  const { name, ejection, inFlight, limit } = place
  const state = place.stateAt(time)
  if (state === 'open' && ejection !== undefined)
    return { why: 'left_alone', place: name, reason: ejection.reason, until: Math.round(now() + ejection.until - time) }
  return { why: state === 'closed' || inFlight >= limit ? 'full' : 'proving_itself', place: name }
}

const states = ['open', 'half_open', 'closed'] as const

function worstState({ places }: Leaf, time: number): Prospect['state'] {
  return states.find((state) => places.some((place) => place.stateAt(time) === state)) ?? 'closed'
}

function hopsOf({ model, route, provider }: Imagined, { reason }: Plan, table: RoutingTable): readonly Hop[] {
  if (route !== undefined) return [{ name: route, by: 'chain' }]
  if (provider !== undefined) return [{ name: model, by: reason }]
  const hops: Hop[] = []
  let name = model
  for (let next = nameBehind(name, table); next !== undefined && next !== name; next = nameBehind(name, table)) {
    hops.push({ name, by: table.aliases.has(name) ? 'alias' : 'wildcard' })
    name = next
  }
  return [...hops, { name, by: resolve({ model: name, fallbacks: [] }, table).reason }]
}
