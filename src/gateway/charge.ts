/** What a call holds of limits and budgets: all of it or nothing, taken before it goes anywhere, and settled once when it ends. */

import { monotonic, pause } from '../base/clock.ts'
import type { Failure } from '../canonical/failure.ts'
import { amountOf, refusingUnpriced, wantsOfBudgets, wantsOfLimits, type Charges, type Demand, type Used, type Want } from '../policy/charges.ts'
import type { CounterTerms } from '../policy/counter.ts'
import type { Budget, Limit } from '../policy/limit.ts'
import type { Hold, Taken } from '../policy/shares.ts'
import { costAt } from '../receipts/estimate.ts'
import type { Receipt } from '../receipts/receipt.ts'
import type { ReceiptRecord } from '../receipts/signals.ts'
import type { Target } from '../routing/target.ts'
import { billingOf } from './billing.ts'
import type { Client } from './client.ts'
import type { Counters } from './gateway.ts'
import { hasLine, join, type Waiting } from './line.ts'
import type { Snapshot } from './snapshot.ts'
import { lackOf, limitHeaders, refusalOf, unavailable, unpriced, type Lack } from './short.ts'

/** A call, as far as it is counted. */
interface Charged {
  readonly client: Client
  readonly snapshot: Snapshot
  readonly surface: { readonly operation: string }
}

type Ratios = Readonly<Record<string, number>>

/** What is held of some counters. */
interface Held {
  readonly wants: readonly Want[]
  readonly hold: Hold | undefined
}

const nothing: Held = { wants: [], hold: undefined }

export class Charge {
  readonly #charges: Charges
  readonly #counters: Counters
  readonly #receipt: Receipt
  #limits = nothing
  #budgets = nothing
  #most: Used = { tokens: 0, cost: 0 }
  #demand: Demand | undefined
  /** For what limits are held. */
  #admitted: Demand | undefined
  #target: Target | undefined
  /** Nano-dollars that a person allowed beyond what budgets have left. */
  allowed = 0

  constructor(charges: Charges, counters: Counters, receipt: Receipt) {
    this.#charges = charges
    this.#counters = counters
    this.#receipt = receipt
  }

  /** Takes what the call needs of limits, were it to go there: at once where that is here, else a promise. Throws `Failure`, or rejects, where one is reached. */
  admit(call: Charged, target: Target): Promise<void> | undefined {
    return this.#admit(call, this.#demandOf(call, target))
  }

  #admit(call: Charged, demand: Demand): Promise<void> | undefined {
    if (demand === this.#admitted) return undefined
    const wants = wantsOfLimits(this.#charges, demand)
    if (isSame(wants, this.#limits.wants)) return undefined
    this.#giveLimitsBack()
    const held = this.#take(wants, call)
    if (held instanceof Promise) return this.#admitLater(wants, held)
    this.#limits = held
    this.#admitted = demand
    this.#receipt.limits = limitHeaders(wants, this.#counters)
    return undefined
  }

  async #admitLater(wants: readonly Want[], held: Promise<Held>): Promise<void> {
    try {
      this.#limits = await held
    } finally {
      this.#receipt.limits = limitHeaders(wants, this.#counters)
    }
  }

  /** The same of limits and budgets, for the target that is about to be asked, and will bill. What was held for another is given back. */
  reserve(call: Charged, target: Target): Promise<void> | undefined {
    const demand = this.#demandOf(call, target)
    const admitting = this.#admit(call, demand)
    return admitting === undefined ? this.#reserve(call, demand) : admitting.then(() => this.#reserve(call, demand))
  }

  #reserve(call: Charged, demand: Demand): Promise<void> | undefined {
    const { time } = this.#counters
    const wants = wantsOfBudgets(this.#charges, demand, time)
    const refusing = demand.cost === null ? refusingUnpriced(this.#charges, demand, time) : undefined
    if (refusing !== undefined) throw this.#refused(refusing, unpriced(refusing), 'unpriced')
    if (isSame(wants, this.#budgets.wants)) return undefined
    giveBack(this.#budgets)
    this.#budgets = nothing
    const isAllowed = this.allowed > 0 && (demand.cost ?? 0) <= this.allowed
    const held = isAllowed ? { wants, hold: undefined } : this.#take(wants, call)
    if (held instanceof Promise) return this.#reserveLater(held, demand)
    this.#hold(held, demand)
    return undefined
  }

  async #reserveLater(held: Promise<Held>, demand: Demand): Promise<void> {
    try {
      this.#hold(await held, demand)
    } catch (error) {
      if (this.#receipt.record.sent_after === null) this.#giveLimitsBack()
      throw error
    }
  }

  #hold(held: Held, { cost }: Demand): void {
    this.#budgets = held
    this.#receipt.record.budget_reserved = held.wants.length === 0 ? null : (cost ?? 0)
  }

  #giveLimitsBack(): void {
    giveBack(this.#limits)
    this.#limits = nothing
    this.#admitted = undefined
  }

  /** Tells limits and the receipt what was really used. What budgets are charged is added up with the receipt; until then it stays held. */
  settle(record: ReceiptRecord, isBackground = false): void {
    const used = isBackground && goesOn(record) ? mostOf(usedOf(record, this.#most), this.#most) : usedOf(record, this.#most)
    this.#limits.hold?.settle(this.#limits.wants.map(({ rule }) => amountOf(rule, used)))
    const { wants, hold } = this.#budgets
    if (wants.length === 0) return
    hold?.settle(
      wants.map(() => used.cost ?? 0),
      record.id,
    )
    record.budget_settled = used.cost ?? 0
    record.budgets = record.budget_settled === 0 ? null : wants.map(chargeOf)
  }

  /** How full each of these budgets is, from 0 to 1 and beyond, by its id: at once where that is known here. */
  ratios(demand: Demand): Ratios | Promise<Ratios> {
    const wants = wantsOfBudgets(this.#charges, demand, this.#counters.time)
    if (wants.length === 0) return {}
    // Nothing of each: to know how they stand, they must have been asked.
    const taken = this.#counters.take(wants)
    return taken instanceof Promise ? taken.then((one) => this.#ratiosOf(wants, one)) : this.#ratiosOf(wants, taken)
  }

  #ratiosOf(wants: readonly Want[], taken: Taken): Ratios {
    if ('hold' in taken) taken.hold.settle([])
    const found: { [budget: string]: number } = {}
    for (const { rule, terms } of wants) {
      const { limit, remaining } = this.#counters.stateOf(terms)
      found[rule.id] = Math.max(found[rule.id] ?? 0, limit === 0 ? 1 : 1 - remaining / limit)
    }
    return found
  }

  /** The receipt names what refused the call, and why where the failure does not say it. */
  #refused(rule: Limit | Budget, failure: Failure, lack?: Lack): Failure {
    const name = `${'period' in rule ? 'budget' : 'limit'}:${rule.id}`
    this.#receipt.record.refused_by = lack === undefined ? name : `${name} ${lack}`
    return failure
  }

  /** The same target is asked about twice: before rules judge the call, and before it goes there. */
  #demandOf(call: Charged, target: Target): Demand {
    const { input, output } = this.#receipt.estimate
    const isCounted = call.surface.operation !== 'count_tokens'
    const tokens = isCounted ? input + output : 0
    if (this.#demand !== undefined && this.#target === target && this.#demand.tokens === tokens) return this.#demand
    const { connection, model } = target
    const cost = isCounted ? costAt(this.#receipt, billingOf(connection, call.snapshot), model) : 0
    this.#most = { tokens, cost }
    this.#target = target
    return (this.#demand = { tokens, cost, model, provider: connection.name, labels: this.#receipt.record.metadata })
  }

  /** At once where all is here. */
  #take(wants: readonly Want[], { client }: Charged): Held | Promise<Held> {
    if (wants.length === 0) return nothing
    const taken = this.#ask(wants)
    return 'hold' in taken ? { wants, hold: taken.hold } : this.#takeLater(wants, taken, client)
  }

  /** Who comes now does not pass those who wait, though there be room for one. */
  #ask(wants: readonly Want[]): Taken | Promise<Taken> {
    const crowded = wants.find(isCrowded)
    return crowded === undefined ? this.#counters.take(wants) : { short: crowded, retryAfterMs: undefined, left: 0 }
  }

  /** Whoever comes back from a line finds limits as they are then. */
  async #takeLater(asked: readonly Want[], asking: Taken | Promise<Taken>, client: Client): Promise<Held> {
    let wants = asked
    let waiting: Waiting | undefined
    let until = 0
    const began = monotonic()
    try {
      for (let taken = await asking; ; taken = await (waiting === undefined ? this.#ask(wants) : this.#counters.take(wants))) {
        if ('hold' in taken) return { wants, hold: taken.hold }
        const lacking = 'fault' in taken ? taken.want : taken.short
        const { rule, terms } = lacking
        if ('fault' in taken) {
          if ('period' in rule || rule.onStoreError === 'deny') throw this.#refused(rule, unavailable(rule))
          this.#receipt.note('limit_uncounted')
          wants = wants.filter((want) => want !== lacking)
          if (wants.length === 0) return nothing
          continue
        }
        if ('period' in rule || terms.capacity === 0) throw this.#refused(rule, refusalOf(taken), lackOf(taken))
        if (waiting === undefined) {
          waiting = join(terms.id, rule.queue.calls)
          until = began + rule.queue.time
          if (waiting === undefined || !(await waiting.isFirst(rule.queue.time, client))) throw this.#refused(rule, refusalOf(taken))
        } else if (!(await pauseFor(Math.min(taken.retryAfterMs ?? lookEvery, until - monotonic()), client))) throw this.#refused(rule, refusalOf(taken))
      }
    } finally {
      if (waiting !== undefined) this.#receipt.time.queued(monotonic() - began)
      waiting?.leave()
    }
  }
}

const isCrowded = ({ terms }: Want): boolean => hasLine(terms.id)

/** Calls that end give room back, and nobody says when: in milliseconds. */
const lookEvery = 50

/** False where there is no time left, or nobody waits for it any more. */
async function pauseFor(ms: number, client: Client): Promise<boolean> {
  if (ms <= 0) return false
  const waiting = pause(ms)
  client.onGone(() => waiting.cancel())
  await waiting.done
  return !client.isGone
}

function isSame(wants: readonly Want[], held: readonly Want[]): boolean {
  if (wants.length !== held.length) return false
  for (let at = 0; at < wants.length; at += 1) if (!isOne(wants[at]!.terms, held[at]!.terms) || wants[at]!.amount > held[at]!.amount) return false
  return true
}

/** Of a window: the same stretch of time. */
const isOne = (one: CounterTerms, other: CounterTerms): boolean => one === other || (one.id === other.id && startOf(one) === startOf(other))

const startOf = (terms: CounterTerms): number => (terms.kind === 'window' ? terms.from : 0)

/** Made once for a period of a counter, of which there are as many as there are counters in use. */
const charges = new WeakMap<CounterTerms, string>()

/** The counter, and the moment when its period began: the index adds up what was spent by them. */
function chargeOf({ terms }: Want): string {
  let charge = charges.get(terms)
  if (charge === undefined) charges.set(terms, (charge = `${terms.id}@${startOf(terms)}`))
  return charge
}

function giveBack({ wants, hold }: Held): void {
  hold?.settle(wants.map(() => 0))
}

/** Whoever answers in the background goes on when the client has its answer, or has left: only what was told at the end is all of it. */
const goesOn = ({ outcome, sent_after: sent, usage_source: source }: ReceiptRecord): boolean =>
  sent !== null && source !== 'reported' && outcome !== 'failed' && outcome !== 'refused'

const mostOf = (used: Used, most: Used): Used => ({ tokens: Math.max(used.tokens, most.tokens), cost: Math.max(used.cost ?? 0, most.cost ?? 0) })

/** What went out and never told its cost is taken to have cost what was set aside; what no provider began to answer, nothing. */
function usedOf({ sent_after: sent, first_token_after: spoke, total_tokens: tokens, total_cost: cost }: ReceiptRecord, most: Used): Used {
  const isBilled = sent !== null && spoke !== null
  return { tokens: tokens ?? (isBilled ? most.tokens : 0), cost: cost ?? (isBilled ? most.cost : 0) }
}
