/** Finds out that a budget is nearly spent, off the hot path: by what is spent, which is less than what is spent and reserved, and never taken back. */

import { monotonic, now } from '../base/clock.ts'
import { noticeId } from '../base/ids.ts'
import { readBudgets } from '../control/budgets.ts'
import { idOfBudget } from '../policy/counter-id.ts'
import type { Budget } from '../policy/limit.ts'
import { periodOf } from '../policy/periods.ts'
import type { Store } from '../storage/store.ts'
import { crossingsOf, leastToTell, noticeOf, type SpentCounter } from './crossings.ts'

export interface AlertsOptions {
  readonly store: Pick<Store, 'objects' | 'spent' | 'notices'>
  /** Who is told, by name. */
  readonly receivers: readonly string[]
  /** Something was written down to be told. */
  readonly onNotice: () => void
  /** Milliseconds between two looks at all budgets. */
  readonly lookEvery?: number
}

/** What one call after the other spends is looked at together, in milliseconds. */
const lookAfter = 500
/** A look that takes long, at a budget for each of many keys, is followed by so many times as long a rest. */
const restFactor = 10
/** Budgets that are looked at by name; where more were spent of, all are looked at. */
const mostTouched = 1000
/** Counters of one budget that are read at once. */
const atOnce = 500
/** Crossings that need not be written again. */
const mostKnown = 50_000

/**
 * Whoever writes a crossing first has it told, of all processes, once in its period. What is spent is known to the database alone, so a
 * process that ends in between loses nothing: the next look finds it, of this process or another.
 */
export class Alerts {
  readonly #options: AlertsOptions
  /** Bounded by `mostTouched`. */
  readonly #touched = new Set<string>()
  /** What is there, by `Crossing.once`. Bounded by `mostKnown`. */
  readonly #known = new Set<string>()
  /** By the budget: how much is spent of its fullest counter, as of the last look. Bounded by the budgets. */
  readonly #fullest = new Map<string, number>()
  #lookTook = 0
  #soon: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #isClosing = false

  constructor(options: AlertsOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.#lookSoon(undefined), this.#options.lookEvery ?? 60_000).unref()
    this.#lookSoon(undefined)
  }

  /** How much is spent of each budget, where it has several counters of the fullest: from 0 to 1 and beyond. */
  get ratios(): ReadonlyMap<string, number> {
    return this.#fullest
  }

  /** Something was spent of this counter. */
  touch(counter: string): void {
    if (this.#touched.size < mostTouched) this.#touched.add(ruleOf(counter))
    this.#soon ??= setTimeout(
      () => {
        this.#soon = undefined
        const touched = this.#touched.size < mostTouched ? new Set(this.#touched) : undefined
        this.#touched.clear()
        this.#lookSoon(touched)
      },
      Math.max(lookAfter, this.#lookTook * restFactor),
    ).unref()
  }

  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    await this.#looking
  }

  /** One look after the other. Where the database is away, the next look at all finds what this one would have. */
  #lookSoon(touched: ReadonlySet<string> | undefined): void {
    this.#looking = this.#looking.then(() => (this.#isClosing ? undefined : this.#look(touched).catch(() => {})))
  }

  /** At those that were touched; at all where it is not known which. */
  async #look(touched: ReadonlySet<string> | undefined): Promise<void> {
    const began = monotonic()
    const budgets = readBudgets(await this.#options.store.objects.list('budget')).filter(({ amount }) => amount > 0)
    const ids = new Set(budgets.map(({ id }) => id))
    for (const id of this.#fullest.keys()) if (!ids.has(id)) this.#fullest.delete(id)
    for (const budget of budgets) if (touched === undefined || touched.has(ruleOf(idOfBudget(budget)))) await this.#lookAt(budget)
    this.#lookTook = monotonic() - began
  }

  async #lookAt(budget: Budget): Promise<void> {
    const { spent } = this.#options.store
    const { from } = periodOf(budget.period, budget.timeZone, now())
    const under = idOfBudget(budget)
    const [fullest] = await spent.list({ under, from, most: 1 })
    this.#fullest.set(budget.id, (fullest?.spent ?? 0) / budget.amount)
    const query = { under, from, least: leastToTell(budget), most: atOnce }
    if (budget.alerts.length === 0 || fullest === undefined || fullest.spent < query.least) return
    let behind: string | undefined = ''
    do {
      const rows = await spent.list({ ...query, behind })
      for (const row of rows) await this.#tell(budget, row)
      behind = rows.length < atOnce ? undefined : rows.at(-1)?.counter
    } while (behind !== undefined && !this.#isClosing)
  }

  /** Of several that were crossed at once the highest is told; the others are written down as told. */
  async #tell(budget: Budget, row: SpentCounter): Promise<void> {
    const { store, receivers, onNotice } = this.#options
    const span = periodOf(budget.period, budget.timeZone, now())
    const crossings = crossingsOf(budget, span, row)
    for (const [index, { percent, once }] of crossings.entries()) {
      if (this.#known.has(once)) continue
      const body = JSON.stringify(noticeOf(budget, span, row, percent))
      const heard = index === 0 ? receivers : []
      const isFirst = await store.notices.put({ id: noticeId(), once, tenant: budget.tenant, body, at: now() }, heard)
      if (isFirst && heard.length > 0) onNotice()
      if (this.#known.size >= mostKnown) this.#known.clear()
      this.#known.add(once)
    }
  }
}

const ruleOf = (counter: string): string => counter.slice(0, counter.indexOf('|'))
