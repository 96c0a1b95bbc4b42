/** The health of every place that calls go to: it lives as long as the process, whatever the configuration becomes. */

import { monotonic, now } from '../base/clock.ts'
import { reasons, type Reason } from '../canonical/failure.ts'
import { RetryBudget } from './retry-budget.ts'
import { Standing, type HealthTerms } from './standing.ts'

/** What is stored and shared of a place. Times are milliseconds since 1970; `until` is 0 where it is trusted again. */
export interface PlaceRecord {
  readonly place: string
  readonly reason: Reason
  readonly isBroken: boolean
  readonly until: number
  readonly times: number
  readonly changedAt: number
}

const isReason = (text: string): text is Reason => Object.hasOwn(reasons, text)

/** Models have names that clients choose: beyond so many places those are forgotten that nothing is known of, and that the configuration does not name. */
const mostPlaces = 20_000
const isIdle = ({ inFlight, waiting }: Standing): boolean => inFlight === 0 && waiting === 0

export class Health {
  /** In the order of their making. */
  readonly #standings = new Map<string, Standing>()
  /** The targets of chains, who hold on to them: another standing of the same name would know nothing of theirs. Bounded by the configuration. */
  readonly #kept = new Set<string>()
  /** Those whose limit is the newest configuration's. */
  #limited = new WeakSet<Standing>()
  /** Bounded by the places. */
  #changed = new Map<string, PlaceRecord>()
  readonly retries = new RetryBudget()
  terms: HealthTerms
  /** Called when a place is left alone, or trusted again. */
  onChange: (standing: Standing) => void = () => {}
  readonly #beneath: Health | undefined

  /** Knows all that `beneath` does, and keeps to itself what is made here. */
  constructor(terms: HealthTerms, beneath?: Health) {
    this.terms = terms
    this.#beneath = beneath
  }

  /** Made when first asked for. `name` begins with its kind, as `provider:openai` or `target:openai@default/gpt-4o`. */
  place(name: string): Standing {
    const known = this.find(name)
    if (known !== undefined) return known
    if (this.#standings.size >= mostPlaces) this.#forget()
    const made = new Standing(
      name,
      () => this.terms,
      (standing, isNews) => this.#note(standing, isNews),
    )
    this.#standings.set(name, made)
    return made
  }

  /** The standing of a place that is known; making none. */
  find(name: string): Standing | undefined {
    return this.#standings.get(name) ?? this.#beneath?.find(name)
  }

  *[Symbol.iterator](): Iterator<Standing> {
    yield* this.#standings.values()
  }

  /** What changed since this was asked last, to be stored. */
  takeChanges(): readonly PlaceRecord[] {
    const changes = [...this.#changed.values()]
    if (changes.length > 0) this.#changed = new Map()
    return changes
  }

  /** Takes over what another process stored, or this one before it was started anew. */
  adopt(records: readonly (Omit<PlaceRecord, 'reason'> & { readonly reason: string })[]): void {
    const time = monotonic()
    for (const { place, reason, isBroken, until, times, changedAt } of records) {
      // The clock may have been set back since, or another's be ahead: nothing lasts longer than it was said to.
      const left = Math.min(until - now(), until - changedAt)
      // An older or newer version of us may know other reasons.
      if (left > 0) this.place(place).adopt({ reason: isReason(reason) ? reason : 'upstream_error', isBroken, times, until: time + left }, time)
      else if (until === 0) this.find(place)?.adopt(undefined, time)
    }
  }

  /** The places of that name: an account's without the mark of its secret is all of its places. All places where no name is said. */
  named(name?: string): readonly Standing[] {
    const all = [...this.#standings.values()]
    return name === undefined ? all : all.filter((one) => one.name === name || one.name.startsWith(`${name}#`))
  }

  /** Trusts the places of that name again, or all of them. How many were not. */
  reset(name?: string): number {
    const time = monotonic()
    const left = this.named(name).filter((one) => one.stateAt(time) !== 'closed')
    for (const standing of left) standing.reset(time)
    return left.length
  }

  /** Before a new configuration sets its limits, and says what to keep. Until it says a place's, the last one's holds: calls may wait there. */
  beginAnew(): void {
    this.#limited = new WeakSet()
    this.#kept.clear()
    // A key that is made or revoked comes with a new configuration; nothing is known of one but its calls.
    for (const [name, standing] of this.#standings) if (name.startsWith('key:') && isIdle(standing)) this.#standings.delete(name)
  }

  /** When a new configuration stands: places of connections that it has no more. Who is left alone is so also when its entry comes back soon. */
  forgetAllBut(isConfigured: (place: string) => boolean): void {
    const time = monotonic()
    for (const [name, standing] of this.#standings)
      if (isIdle(standing) && standing.stateAt(time) !== 'open' && !isConfigured(name)) this.#standings.delete(name)
  }

  /** Of all that one configuration says of a place the narrowest counts. What is only imagined narrows nobody. */
  limit(standing: Standing, most = Infinity): void {
    if (this.#standings.get(standing.name) !== standing) return
    standing.limit = this.#limited.has(standing) ? Math.min(standing.limit, most) : most
    this.#limited.add(standing)
  }

  keep({ name }: Standing): void {
    this.#kept.add(name)
  }

  #note(standing: Standing, isNews: boolean): void {
    const { name: place, ejection } = standing
    const time = monotonic()
    if (ejection !== undefined) {
      const until = standing.stateAt(time) === 'closed' ? 0 : Math.round(now() + ejection.until - time)
      this.#changed.set(place, { place, reason: ejection.reason, isBroken: ejection.isBroken, until, times: ejection.times, changedAt: now() })
    }
    if (isNews) this.onChange(standing)
  }

  /** Those first that may be asked anyhow; where half of all are left alone, the oldest of them too. */
  #forget(): void {
    const time = monotonic()
    for (const may of [(standing: Standing) => standing.stateAt(time) !== 'open', () => true]) {
      for (const [name, standing] of this.#standings) {
        if (this.#standings.size < mostPlaces / 2) return
        if (isIdle(standing) && name.startsWith('target:') && !this.#kept.has(name) && may(standing)) this.#standings.delete(name)
      }
    }
  }
}
