/** What a plan is made of: targets with their health, and groups of them with a strategy. Made once for a snapshot, and read by every call. */

import { crc32 } from 'node:zlib'
import { now } from '../base/clock.ts'
import { roughCost } from '../catalog/cost.ts'
import type { Price } from '../catalog/table.ts'
import { abilitiesOf, type Abilities } from '../catalog/abilities.ts'
import type { Failure, Harm } from '../canonical/failure.ts'
import type { Health } from './health.ts'
import { accountPlace } from './place.ts'
import type { Standing } from './standing.ts'
import { strategies, type StrategyName } from './strategies/index.ts'
import type { Candidate, Strategy } from './strategies/strategy.ts'
import { idOf, type Target } from './target.ts'

/** What a chain says of a target beyond its name. */
export interface LeafTerms {
  readonly weight: number
  /** Bits of what it lacks, beside what the catalogue knows. */
  readonly lacks: number
  /** Tokens; the catalogue's where absent. */
  readonly context?: number | undefined
  /** Calls that it may have under way. */
  readonly concurrency?: number | undefined
  /** A chain names it, and not a client alone: it is held as long as the configuration. */
  readonly isKept?: boolean
}

export const plainTerms: LeafTerms = { weight: 1, lacks: 0 }

/** A target that can be chosen. */
export class Leaf implements Candidate, Abilities {
  readonly kind = 'leaf'
  readonly target: Target
  readonly weight: number
  readonly mark: number
  readonly lacks: number
  readonly context: number
  readonly output: number
  /** Its own standing; the others are shared with other targets. */
  readonly own: Standing
  readonly account: Standing
  readonly provider: Standing
  readonly quota: Standing
  /** All of them, from the widest to the narrowest; each once. */
  readonly places: readonly Standing[]
  readonly #price: Price | null
  readonly #isCovered: boolean

  constructor(target: Target, terms: LeafTerms, health: Health) {
    const { connection, model } = target
    const id = idOf(connection)
    const { catalog = null, tariff, isCovered = false } = connection
    const known = abilitiesOf(catalog, model)
    this.target = target
    this.weight = terms.weight
    this.mark = crc32(`${id}/${model}`)
    // What a client calls a model may be any text, and places are named in the log and stored.
    const name = /^[\w.:@/+-]{1,200}$/.test(model) ? model : `~${this.mark.toString(16)}`
    this.lacks = known.lacks | terms.lacks
    this.context = terms.context ?? known.context
    this.output = known.output
    this.provider = health.place(`provider:${connection.name}`)
    this.account = health.place(accountPlace(connection))
    this.own = health.place(`target:${id}/${name}`)
    this.quota = { model: this.own, account: this.account }[connection.quota ?? 'model'] ?? health.place(`quota:${connection.quota}`)
    this.places = this.quota === this.own ? [this.provider, this.account, this.own] : [...new Set([this.provider, this.account, this.quota, this.own])]
    this.#price = tariff?.quote(model, now(), null)?.price ?? null
    this.#isCovered = isCovered
    health.limit(this.provider, connection.concurrency)
    health.limit(this.account, connection.accountConcurrency)
    health.limit(this.own, terms.concurrency)
    if (terms.isKept) health.keep(this.own)
  }

  get inFlight(): number {
    return this.own.inFlight
  }

  get latency(): number {
    return this.own.latency
  }

  get errors(): number {
    return this.own.errors
  }

  isIn(time: number): boolean {
    const { own, quota } = this
    return own.isIn(time) && this.account.isIn(time) && this.provider.isIn(time) && (quota === own || quota.isIn(time))
  }

  /** Milliseconds until it may be asked, as far as it was told; Infinity where it broke, and nobody knows; 0 where it may be now, or is full. */
  outFor(time: number): number {
    return Math.max(...this.places.map((place) => place.outFor(time)))
  }

  placeOf(at: Harm['at']): Standing {
    return at === 'target' ? this.own : this[at]
  }

  price(input: number, output: number): number {
    if (this.#isCovered) return 0
    return this.#price === null ? Infinity : roughCost(this.#price, input, output)
  }
}

export type Member = Leaf | Group

/** A line of a chain that leads nowhere now. */
export interface Missing {
  readonly model: string
  readonly failure: Failure
}

/** A chain, or the accounts of a provider: who is asked next, its strategy says. */
export class Group implements Candidate {
  readonly kind = 'group'
  readonly members: readonly Member[]
  readonly leaves: readonly Leaf[]
  readonly choose: Strategy
  readonly strategy: StrategyName
  readonly weight: number
  readonly mark: number
  /** Whether what a call needs can make a difference: they can do different things. */
  readonly isPicky: boolean
  /** Whether some of them only who holds a grant may use. */
  readonly hasSponsored: boolean
  /** The strategies in it. */
  readonly uses: ReadonlySet<StrategyName>
  /** What was left out of it, and of the groups in it. */
  readonly missing: readonly Missing[]
  /** How often it was chosen from. */
  turn = 0

  constructor(members: readonly Member[], strategy: StrategyName, { weight = 1, missing = [] }: { weight?: number; missing?: readonly Missing[] } = {}) {
    const groups = members.filter((member) => member.kind === 'group')
    this.members = members
    this.strategy = strategy
    this.choose = strategies[strategy]
    this.weight = weight
    this.leaves = members.flatMap((member) => (member.kind === 'leaf' ? [member] : member.leaves))
    this.mark = crc32(this.leaves.map(({ mark }) => mark).join())
    const [first, ...others] = this.leaves
    this.isPicky = others.some(({ lacks, context, output }) => lacks !== first!.lacks || context !== first!.context || output !== first!.output)
    this.hasSponsored = this.leaves.some(({ target }) => target.connection.isSponsored === true)
    this.uses = new Set([strategy, ...groups.flatMap(({ uses }) => [...uses])])
    this.missing = [...missing, ...groups.flatMap((group) => group.missing)]
  }

  get inFlight(): number {
    return this.members.reduce((sum, { inFlight }) => sum + inFlight, 0)
  }

  /** As good as its best: that is who it would choose, more or less. One member that nobody heard yet makes no unheard group. */
  get latency(): number {
    const heard = this.members.flatMap(({ latency }) => (latency > 0 ? latency : []))
    return heard.length === 0 ? 0 : Math.min(...heard)
  }

  get errors(): number {
    return Math.min(...this.members.map(({ errors }) => errors))
  }

  price(input: number, output: number): number {
    return Math.min(...this.members.map((member) => member.price(input, output)))
  }
}
