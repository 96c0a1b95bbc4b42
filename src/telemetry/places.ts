/** Numbers for Prometheus of the places that calls go to: which are left alone, how often that came, who waits, and what was tried again. */

import { writeFamily, type Sample } from './exposition.ts'

/** One place as it is now. Names come from the configuration. */
export interface SeenPlace {
  readonly kind: string
  /** Empty where it is no single provider's. */
  readonly provider: string
  readonly state: 'closed' | 'open' | 'half_open'
  /** Calls that wait for room there. */
  readonly waiting: number
}

/** Read when somebody asks. */
export interface PlaceGauges {
  readonly places: () => Iterable<SeenPlace>
  /** Retries of one and the same target, and those that the budget of all calls together refused. */
  readonly retries: () => { readonly granted: number; readonly refused: number }
}

/** Providers that have numbers of their own; further ones count as `other`. */
const mostProviders = 200

export class PlaceMetrics {
  readonly #gauges: PlaceGauges
  /** By kind of place and reason: bounded by the two lists. */
  readonly #ejections = new Map<string, { readonly kind: string; readonly reason: string; count: number }>()

  constructor(gauges: PlaceGauges) {
    this.#gauges = gauges
  }

  /** A place is left alone from now on. */
  eject(kind: string, reason: string): void {
    const name = `${kind} ${reason}`
    const row = this.#ejections.get(name)
    if (row) row.count += 1
    else this.#ejections.set(name, { kind, reason, count: 1 })
  }

  text(): string {
    const rows = rowsOf(this.#gauges.places())
    const states = rows.flatMap(({ kind, provider, states: counts }) =>
      Object.entries(counts).map(([state, value]): Sample => ({ labels: { kind, provider, state }, value })),
    )
    const waiting = rows.map(({ kind, provider, waiting: value }): Sample => ({ labels: { kind, provider }, value }))
    const ejections = [...this.#ejections.values()].map(({ kind, reason, count: value }): Sample => ({ labels: { kind, reason }, value }))
    const { granted, refused } = this.#gauges.retries()
    const counter = (name: string, help: string, value: number) => writeFamily(name, 'counter', help, [{ labels: {}, value }])
    return [
      writeFamily(
        'omni_places',
        'gauge',
        'Providers, accounts, targets and quotas by whether they are trusted (closed), left alone (open) or on trial.',
        states,
      ),
      writeFamily('omni_place_waiting', 'gauge', 'Calls that wait for room.', waiting),
      writeFamily('omni_ejections_total', 'counter', 'Times that a place was left alone.', ejections),
      counter('omni_retries_total', 'Times that one and the same target was asked again.', granted),
      counter('omni_retries_refused_total', 'Times that it was not, since all calls together had retried enough.', refused),
    ].join('')
  }
}

interface Row {
  readonly kind: string
  readonly provider: string
  readonly states: Record<SeenPlace['state'], number>
  waiting: number
}

function rowsOf(places: Iterable<SeenPlace>): readonly Row[] {
  /** Bounded by the kinds of places and the providers that are counted apart. */
  const rows = new Map<string, Row>()
  const providers = new Set<string>()
  for (const { kind, provider: given, state, waiting } of places) {
    const provider = providers.has(given) || providers.size < mostProviders ? given : 'other'
    providers.add(provider)
    const name = `${kind} ${provider}`
    const row = rows.get(name) ?? { kind, provider, states: { closed: 0, open: 0, half_open: 0 }, waiting: 0 }
    row.states[state] += 1
    row.waiting += waiting
    rows.set(name, row)
  }
  return [...rows.values()]
}
